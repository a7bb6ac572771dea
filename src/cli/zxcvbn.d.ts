// What this project uses of the package, which brings no types of its own.
declare module 'zxcvbn' {
  interface Match {
    readonly pattern: string
    readonly token: string
    readonly guesses: number
  }
  const zxcvbn: (password: string) => { readonly password: string; readonly sequence: readonly Match[] }
  export default zxcvbn
}
