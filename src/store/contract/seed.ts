import assert from 'node:assert/strict'
import type { AccessToken, Actor, NewEnvironment, Organization, Revision, User } from '../records.ts'
import type { Store } from '../store.ts'

/** Who does things in these tests. */
export const ada: Actor = { id: 'u-ada', login: 'ada', name: 'Ada' }

/** An organization row named by its id's tail. */
export function organization(name: string): Organization {
  return { id: `o-${name}`, name, displayName: name.toUpperCase(), avatarUrl: '', createdMs: 1 }
}

/** A user named by login. */
export function user(login: string): User {
  return {
    id: `u-${login}`,
    login,
    name: login.toUpperCase(),
    email: `${login}@example.test`,
    avatarUrl: '',
    siteAdmin: false,
    passwordHash: null,
    createdMs: 1,
    disabledMs: null,
  }
}

/** An environment at revision 1, with an id that follows from project and name. */
export function environment(projectId: string, name: string, id = `e-${projectId}-${name}`): NewEnvironment {
  return {
    id,
    projectId,
    name,
    latest: 1,
    ownedBy: ada,
    deletionProtected: false,
    createdMs: 1,
    modifiedMs: 1,
  }
}

/** A revision with a text of its own. */
export function revision(environmentId: string, number: number, text = `n: ${number}\n`): Revision {
  return {
    environmentId,
    number,
    source: new TextEncoder().encode(text),
    contentHash: `h${number}`,
    creator: ada,
    createdMs: number,
    retraction: null,
    bonds: null,
    sourceChangeRequest: null,
  }
}

/** A personal token of `ada`. */
export function token(id: string, change: Partial<AccessToken> = {}): AccessToken {
  return {
    id,
    type: 'personal',
    name: id,
    description: '',
    secretHash: new Uint8Array(32).fill(7),
    userId: 'u-ada',
    organizationId: null,
    team: null,
    admin: false,
    scopes: null,
    environmentIds: null,
    createdMs: 1,
    expiresMs: null,
    lastUsedMs: null,
    revokedMs: null,
    ...change,
  }
}

/** Puts organization `acme`, user `ada`, project `p-web` and environment `e-p-web-dev` at revision 1. */
export async function seed(store: Store): Promise<void> {
  await store.change(async (tx) => {
    assert.equal(await tx.organizations.insert(organization('acme')), true)
    assert.equal(await tx.users.insert(user('ada')), true)
    const project = { id: 'p-web', organizationId: 'o-acme', name: 'web', createdMs: 1 }
    assert.equal(await tx.projects.insert(project), true)
    assert.equal(await tx.environments.insert(environment('p-web', 'dev')), true)
    assert.equal(await tx.revisions.insert(revision('e-p-web-dev', 1)), true)
  })
}
