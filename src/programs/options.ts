import type { ProgramOptions } from '../cli/index.ts'
import { AppError } from '../diag/index.ts'

/** Reads the settings of a program by name; a bad one is named with what was wanted and what was got. */
export interface SettingsReader {
  text(name: string): string | undefined
  integer(name: string, bounds: { readonly min: number; readonly max: number }): number | undefined
  flag(name: string): boolean
  /** Several values, one a line. */
  list(name: string): readonly string[]
}

/** A reader over what flags, variables and the configuration file gave. */
export function readSettings(options: ProgramOptions): SettingsReader {
  const text = (name: string) => options[name] || undefined
  return {
    text,
    integer: (name, { min, max }) => {
      const given = text(name)
      if (given === undefined) return undefined
      const number = Number(given)
      if (Number.isInteger(number) && number >= min && number <= max) return number
      throw new AppError('SETTING_INVALID', {
        name,
        wanted: `a whole number from ${min} to ${max}`,
        got: given,
      })
    },
    flag: (name) => {
      const given = text(name)
      if (given === undefined || ['false', '0', 'no'].includes(given)) return false
      if (['true', '1', 'yes'].includes(given)) return true
      throw new AppError('SETTING_INVALID', { name, wanted: 'true or false', got: given })
    },
    list: (name) =>
      text(name)
        ?.split('\n')
        .filter((line) => line !== '') ?? [],
  }
}
