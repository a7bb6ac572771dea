// What a host and a worker say to each other; structured cloning carries it. A job is one conversation:
//
//   host    start ─────────────▶ worker     the text, what to do with it, the facts of the context, the bounds
//   worker  asked ─────────────▶ host       nothing more can be done without these answers; the worker is free for others
//   host    answered ──────────▶ worker     one or more of them; it goes on until it has to ask again …
//   worker  done, or failed ───▶ host       the answer's bytes are handed over, not copied
//
// A worker works at one job at a time, from `start` or `answered` to `asked`, `done` or `failed`. What it keeps of a job that
// waits is a memory only: the host may say `forget` and tell the job anew to another worker, and gives the same answers again.
import { AppError, type Code, type Diagnostic } from '../diag/index.ts'
import {
  type EvaluationHost,
  type EvaluationLimits,
  ProviderError,
  type RotationResult,
} from '../eval/index.ts'
import type { PropertyPath } from '../value/index.ts'
import type { Task } from './job.ts'
import type { PackedRecord, PackedValue } from './packed.ts'
import type { SessionText } from './session-text.ts'
import type { NewSecret, PlacedBytes, TextJob, WorkedText } from './text-work.ts'

/** From the host to a worker; `job` is the host's number for it. */
export type HostMessage =
  | { readonly kind: 'start'; readonly job: number; readonly work: PackedWork }
  | { readonly kind: 'answered'; readonly job: number; readonly answers: readonly NumberedAnswer[] }
  | { readonly kind: 'forget'; readonly job: number }

/** From a worker to its host; `cpuMs` is what it has computed since its start, in milliseconds. */
export type WorkerMessage = { readonly cpuMs: number } & (
  | { readonly kind: 'ready' }
  | { readonly kind: 'asked'; readonly job: number; readonly questions: readonly NumberedQuestion[] }
  | { readonly kind: 'done'; readonly job: number; readonly result: PackedResult | WorkedText }
  | { readonly kind: 'failed'; readonly job: number; readonly error: PackedError }
)

/** What a worker is given to do. */
export type PackedWork = PackedJob | PackedText

/** Work on a text, ready to be cloned. */
export interface PackedText extends TextJob {
  /** The task's patches, packed. */
  readonly patches?: PackedResult['patches']
}

/** Whether it is an evaluation. */
export function isEvaluation(work: PackedWork): work is PackedJob {
  return 'context' in work
}

/** A job, ready to be cloned. */
export interface PackedJob {
  readonly task: Task
  readonly name: string
  readonly source: Uint8Array
  readonly context: PackedRecord
  readonly limits: Partial<EvaluationLimits>
  readonly cycles?: EvaluationHost['cycles']
  /** Whether its providers are those that the worker can describe itself. */
  readonly catalogued: boolean
}

/** A result, ready to be cloned. */
export interface PackedResult {
  readonly text: SessionText
  readonly diagnostics: readonly Diagnostic[]
  readonly patches: readonly { readonly docPath: string; readonly replacement: PackedValue }[]
  readonly rotations: readonly RotationResult[]
}

/** A question with the worker's number for it. */
export interface NumberedQuestion {
  readonly number: number
  readonly question: Question
}

/** The answer to the question of that number. */
export interface NumberedAnswer {
  readonly number: number
  readonly answer: Answer
}

/** Who calls a provider, as a worker knows it; the rest of the context the host has. */
export interface AskedFor {
  readonly currentEnvironment: string
  readonly rootEnvironment: string
}

/** What a worker cannot know. Crypters are the host's: it numbers them, the root's is 0. */
export type Question =
  | { readonly ask: 'load'; readonly name: string }
  | {
      readonly ask: 'decrypt'
      readonly crypter: number
      readonly sealed: Uint8Array
      readonly path: PropertyPath
    }
  /** Of work on a text, which asks nothing else. */
  | { readonly ask: 'secrets'; readonly secrets: readonly PlacedBytes[] }
  | { readonly ask: 'describe'; readonly what: 'provider' | 'rotator'; readonly name: string }
  | {
      readonly ask: 'open' | 'openRotated' | 'rotate'
      readonly name: string
      readonly inputs: PackedRecord
      /** `null` for providers, and for rotators before their first rotation. */
      readonly state: PackedRecord | null
      readonly asked: AskedFor
    }

/** What the host knows, by question: a text and the number of its crypter, a plaintext, schemas as JSON text, a value. */
export type Answer =
  | { readonly source: Uint8Array; readonly crypter: number }
  | { readonly plaintext: Uint8Array }
  | { readonly secrets: readonly NewSecret[] }
  | { readonly inputs: string; readonly state: string; readonly outputs: string }
  | { readonly value: PackedValue; readonly warnings: readonly (readonly [string, string])[] }
  | { readonly error: PackedError }

/** An error as far as it means something on the other side. */
export interface PackedError {
  /** `host` = the host threw it, and has it itself. */
  readonly kind: 'app' | 'provider' | 'host' | 'other'
  readonly message: string
  /** A provider's lines behind the summary. */
  readonly detail?: string
  readonly code?: Code
  readonly hint?: string
}

/** The error, ready to be cloned: words, never a stack or a cause. */
export function packError(error: unknown): PackedError {
  if (error instanceof HostError) return { kind: 'host', message: '' }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof AppError) return { kind: 'app', message, code: error.code, hint: error.hint }
  if (error instanceof ProviderError) return { kind: 'provider', message, detail: error.detail }
  return { kind: 'other', message }
}

/** What stands in a worker for an error that only its host knows. */
export class HostError extends Error {}

/** An error that means the same. */
export function unpackError({ kind, message, detail, code, hint }: PackedError): Error {
  if (kind === 'host') return new HostError()
  if (kind === 'app' && code !== undefined) return AppError.told(code, message, hint ?? '')
  return kind === 'provider' ? new ProviderError(message, detail) : new Error(message)
}
