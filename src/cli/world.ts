import type { Transport } from '../client/index.ts'
import type { ReadCertificates } from '../oidc/thumbprint.ts'
import type { AccountOptions, AwsAccount } from '../setup/index.ts'

/** Everything real that the command line touches. `main.ts` makes it; tests make another. */
export interface World {
  /** The product's version, as `esc version` prints it. */
  readonly version: string
  /** The process's environment variables. */
  readonly processEnv: Readonly<Record<string, string | undefined>>
  readonly homeDirectory: string
  /** What this machine is called, for whoever allows its login elsewhere; absent = not told. */
  readonly machine?: () => string
  /** The W3C `traceparent` of what this command does; absent where nobody follows it. */
  readonly traceparent?: string
  readonly stdin: Input
  readonly stdout: Sink
  readonly stderr: Sink
  readonly files: FileSystem
  /** How to reach servers; `insecure` accepts certificates that nothing vouches for. */
  readonly transport: (options: {
    readonly insecure: boolean
    /** Most bytes taken of an answer. */
    readonly limitBytes?: number
  }) => Transport
  /** What TLS servers present. Absent where there is no network. */
  readonly certificates?: ReadCertificates
  readonly clock: Clock
  readonly temporary: TemporaryFiles
  /** The path of a program; throws with the system's words when there is none. */
  readonly lookPath: (name: string) => Promise<string>
  readonly spawn: (child: Child) => Promise<ChildEnd>
  /** Shows text a page at a time; false when there is no such program. */
  readonly page: (pager: string, text: Uint8Array) => Promise<boolean>
  readonly terminal: Terminal
  readonly programs: Programs
  /** The backend of last resort; null when there is none and the user must say which. */
  readonly defaultBackend: string | null
}

/** Where bytes go. Writing never fails for the caller: a closed pipe is the world's business. */
export interface Sink {
  readonly isTerminal: boolean
  /** Whether the reader went away: what is written is read by nobody. Absent = it never does. */
  readonly isGone?: boolean
  readonly write: (bytes: Uint8Array) => void
}

/** Where bytes come from. */
export interface Input {
  readonly isTerminal: boolean
  readonly readAll: () => Promise<Uint8Array>
  /** The next line without its end; null at the end of input. */
  readonly readLine: () => Promise<string | null>
}

/** The disk. Relative paths are of the working directory; errors carry the system's words. */
export interface FileSystem {
  /** The content; null when there is no such file. */
  readonly read: (path: string) => Promise<Uint8Array | null>
  /** Replaces the content at once: written beside, flushed, renamed. */
  readonly write: (path: string, content: Uint8Array, mode: number) => Promise<void>
  /** Makes a file that must not exist yet; false when it does. */
  readonly create: (path: string, content: Uint8Array, mode: number) => Promise<boolean>
  /** Removes a file; nothing happens when there is none. */
  readonly remove: (path: string) => Promise<void>
  /** The names in a directory, sorted; null when there is no such directory. */
  readonly list: (path: string) => Promise<readonly string[] | null>
  readonly makeDirectory: (path: string, mode: number) => Promise<void>
  /** `mode` is null where the system has no such thing. Null when there is no such file. */
  readonly status: (path: string) => Promise<FileStatus | null>
}

/** What is known of a file without reading it. */
export interface FileStatus {
  /** Permissions, and the sticky bit. */
  readonly mode: number | null
  readonly modifiedMilliseconds: number
}

/** Time. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  /** The IANA name of the local time zone, e.g. `Europe/Berlin`. */
  readonly timeZone: string
}

/** Files for a moment. */
export interface TemporaryFiles {
  /**
   * The path of a fresh file of mode 0600 holding `content`; `*` in the pattern becomes something unused. A `lasting`
   * file outlives the program on purpose; any other is removed by `FileSystem.remove`, or when the program is killed.
   */
  readonly create: (
    pattern: string,
    content: Uint8Array,
    options: { readonly lasting: boolean },
  ) => Promise<string>
}

/** A program to run. `inherit` = the same place as ours. */
export interface Child {
  readonly path: string
  readonly args: readonly string[]
  readonly processEnv: Readonly<Record<string, string>>
  readonly stdout: 'inherit' | ChildOutput
  readonly stderr: 'inherit' | ChildOutput
}

/** Takes what a program writes; `gone` = nobody reads it any more, and the program meets a closed pipe. */
export type ChildOutput = (chunk: Uint8Array) => 'more' | 'gone'

/** How a program ended: its exit code, or the signal that ended it and its number. */
export interface ChildEnd {
  readonly code: number
  readonly signal: { readonly name: string; readonly number: number } | null
}

/** The person at the terminal. */
export interface Terminal {
  /** Asks for something that must not be shown; null when nobody can answer. */
  readonly askSecret: (question: string) => Promise<string | null>
  /** Shows that something takes long, once it does; the function it gives takes that away. Absent = nothing is shown. */
  readonly waiting?: (words: string) => () => void
}

/** Settings of a program by name, as flags, variables or the configuration file gave them. */
export type ProgramOptions = Readonly<Record<string, string>>

/** What can be done to a server's data while it does not run, or beside it. */
export type MaintenanceTask =
  | 'migrate'
  | 'copy'
  | 'backup'
  | 'backup-verify'
  | 'restore'
  | 'keys-rewrap'
  | 'keys-rotate'
  | 'keys-verify'
  | 'doctor'
  | 'protect'
  | 'status'

/** The long-running programs. Each resolves with an exit code when it has ended. */
export interface Programs {
  readonly startServer: (options: ProgramOptions) => Promise<number>
  readonly startSandbox: (options: ProgramOptions) => Promise<number>
  /** Gives a line that says what was done; the setting `operand` holds the command's argument. Absent where there is no data. */
  readonly maintain?: (
    task: MaintenanceTask,
    options: ProgramOptions,
    report: (line: string) => void,
  ) => Promise<string>
  /** The AWS account that credentials of this machine lead to. Absent where AWS cannot be called. */
  readonly awsAccount?: (options: AccountOptions) => Promise<AwsAccount>
}
