import type { Actor } from '../records.ts'

/** The JSON text an actor is kept as: these three members and no other. */
export function actorText(actor: Actor): string {
  return JSON.stringify({ id: actor.id, login: actor.login, name: actor.name })
}

/** The actor out of its text, which only `actorText` wrote. */
export function actorFrom(text: string): Actor {
  return JSON.parse(text) as Actor
}
