import { validationError } from './aws-refusal.ts'
import { integer, type Params, textList } from './params.ts'

/** Bounds of a text parameter. A `sensitive` value never appears in a message. */
export interface TextRule {
  readonly required?: boolean
  readonly min?: number
  readonly max?: number
  /** Anchored by the caller; `patternText` is how AWS prints it. */
  readonly pattern?: RegExp
  readonly patternText?: string
  readonly sensitive?: boolean
}

/**
 * Collects every violated constraint of one call, so that the answer lists them all as AWS does:
 * `2 validation errors detected: Value … failed to satisfy constraint: …; Value …`.
 */
export interface Constraints {
  text(name: string, rule: TextRule): string | undefined
  required(name: string, rule: TextRule): string
  integer(name: string, min: number, max: number): number | undefined
  list(name: string, max: number): readonly string[] | null
  /** @throws AwsRefusal `ValidationError` when anything was violated */
  done(): void
}

/** Starts checking `params`; call `done` after the last check and before any use of the values. */
export function constraints(params: Params): Constraints {
  const faults: string[] = []
  const add = (name: string, value: string | null, sensitive: boolean, must: string) => {
    const shown = value === null ? 'Value null' : sensitive ? 'Value' : `Value '${value.slice(0, 2048)}'`
    faults.push(`${shown} at '${lowerFirst(name)}' failed to satisfy constraint: Member must ${must}`)
  }
  const text = (name: string, rule: TextRule): string | undefined => {
    const value = params.get(name)
    const sensitive = rule.sensitive === true
    if (value === undefined) {
      if (rule.required) add(name, null, false, 'not be null')
      return undefined
    }
    if (value.length < (rule.min ?? 0)) {
      add(name, value, sensitive, `have length greater than or equal to ${rule.min}`)
    }
    if (value.length > (rule.max ?? Number.POSITIVE_INFINITY)) {
      add(name, value, sensitive, `have length less than or equal to ${rule.max}`)
    }
    if (rule.pattern && !rule.pattern.test(value)) {
      add(name, value, sensitive, `satisfy regular expression pattern: ${rule.patternText}`)
    }
    return value
  }
  return {
    text,
    required: (name, rule) => text(name, { ...rule, required: true }) ?? '',
    integer(name, min, max) {
      const value = integer(params, name)
      if (value === undefined) return undefined
      if (value < min) add(name, String(value), false, `have value greater than or equal to ${min}`)
      if (value > max) add(name, String(value), false, `have value less than or equal to ${max}`)
      return value
    },
    list(name, max) {
      const values = textList(params, name)
      if (values !== null && values.length > max) {
        add(name, `[${values.join(', ')}]`, false, `have length less than or equal to ${max}`)
      }
      return values
    },
    done() {
      if (faults.length === 0) return
      const count = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected`
      throw validationError(`${count}: ${faults.join('; ')}`, {
        reasonCode: 'VALIDATION',
        reason: 'the parameters of the call break the constraints that the answer lists',
        suggestion: 'correct the listed parameters and call again',
      })
    },
  }
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
