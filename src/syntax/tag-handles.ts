import type { CommentedTokens } from './commented-tokens.ts'
import type { Mark } from './scanner/cursor.ts'
import { YamlProblem } from './scanner/problem.ts'
import type { Token } from './scanner/token.ts'

const corePrefix = 'tag:yaml.org,2002:'

/** What the handles of tags stand for in a document: `!`, `!!` and those of its `%TAG` lines. */
export class TagHandles {
  readonly #prefixes = new Map<string, string>()

  /** Takes the directives in front of a document. Only version 1.1 is accepted. */
  takeDirectives(tokens: CommentedTokens): void {
    let versionSeen = false
    for (let next = tokens.peek(); ; next = tokens.peek()) {
      const fail = (problem: string) => new YamlProblem('parser', problem, null, next.start)
      if (next.kind === 'version-directive') {
        if (versionSeen) throw fail('found duplicate %YAML directive')
        if (next.value !== '1.1') throw fail('found incompatible YAML document')
        versionSeen = true
      } else if (next.kind === 'tag-directive') {
        if (this.#prefixes.has(next.value)) throw fail('found duplicate %TAG directive')
        this.#prefixes.set(next.value, next.suffix)
      } else break
      tokens.skip()
    }
    if (!this.#prefixes.has('!')) this.#prefixes.set('!', '!')
    if (!this.#prefixes.has('!!')) this.#prefixes.set('!!', corePrefix)
  }

  /** The tag in short form: `!!str` for a core tag, else in full. */
  resolve(tag: Token, nodeStart: Mark): string {
    const { value: handle, suffix } = tag
    const prefix = handle === '' ? '' : this.#prefixes.get(handle)
    if (prefix === undefined)
      throw new YamlProblem('parser', 'found undefined tag handle', nodeStart, tag.start)
    const full = prefix + suffix
    return full.startsWith(corePrefix) ? `!!${full.slice(corePrefix.length)}` : full
  }
}
