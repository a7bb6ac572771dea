import type { Actor } from '../records.ts'
import { jsonOr } from './json-text.ts'

/** The JSON text an actor is kept as: these three members and no other. */
export function actorText(actor: Actor): string {
  return JSON.stringify({ id: actor.id, login: actor.login, name: actor.name })
}

/** The actor out of its text, which only `actorText` wrote; nobody, when that is damaged. */
export function actorFrom(text: string): Actor {
  return jsonOr<Actor>(text, { id: '', login: '', name: '[damaged]' })
}
