// What was built, from what and how: an in-toto statement with SLSA provenance.

/** @see https://in-toto.io/Statement/v1 */
export const payloadType = 'application/vnd.in-toto+json'

/** A file by its digest. */
export interface Digested {
  readonly name: string
  readonly sha256: string
}

/** What a statement is made of. */
export interface Build {
  readonly artefacts: readonly Digested[]
  readonly commit: string
  readonly repository: string
  readonly lockfileSha256: string
  readonly node: string
  readonly startedOn: string
  readonly finishedOn: string
}

/** The statement of one build. @see https://slsa.dev/spec/v1.0/provenance */
export function provenanceOf(build: Build): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: build.artefacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${build.repository}/blob/main/tools/release/release.ts`,
        externalParameters: { commit: build.commit },
        internalParameters: {
          node: build.node,
          command: 'node tools/build.mjs && npm pack --ignore-scripts',
        },
        resolvedDependencies: [
          { uri: `git+${build.repository}`, digest: { gitCommit: build.commit } },
          { name: 'package-lock.json', digest: { sha256: build.lockfileSha256 } },
        ],
      },
      runDetails: {
        // A person's machine, not a service that vouches for itself: who signs answers for it (SLSA build level 1).
        builder: { id: `${build.repository}/blob/main/docs/releasing.md` },
        metadata: { startedOn: build.startedOn, finishedOn: build.finishedOn },
      },
    },
  }
}

/** The digests that a statement vouches for. @throws Error when it is no such statement */
export function subjectsOf(payload: Uint8Array): ReadonlyMap<string, string> {
  const statement = JSON.parse(Buffer.from(payload).toString('utf8')) as {
    readonly predicateType?: string
    readonly subject?: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  }
  if (statement.predicateType !== 'https://slsa.dev/provenance/v1' || !Array.isArray(statement.subject))
    throw new Error('the provenance is no SLSA v1 statement')
  return new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]))
}
