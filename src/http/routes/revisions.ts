import { z } from 'zod'
import type { RevisionEntry, RevisionTagEntry } from '../../service/index.ts'
import { empty, json } from '../answer.ts'
import { count, text, wholeNumber } from '../query.ts'
import { environmentRoute, type Route } from '../route.ts'
import {
  createRevisionTag,
  moveRevisionTag,
  retractRevision,
  revisionList,
  revisionTag,
  revisionTagList,
} from '../schemas/revisions.ts'
import { definition } from './environments.ts'

/** The history and its names (contract §5). Literal paths come first. */
export const revisionRoutes: readonly Route[] = [
  environmentRoute({
    id: 'ListRevisions',
    method: 'GET',
    path: '/versions',
    needs: 'read',
    summary: 'The history, newest first',
    query: z.object({ before: wholeNumber(Number.MAX_SAFE_INTEGER), count: count() }),
    answers: { 200: revisionList },
    run: async ({ access, query, service }) =>
      json((await service.revisions.list(access, query)).map(renderRevision)),
  }),
  environmentRoute({
    id: 'ListRevisionTags',
    method: 'GET',
    path: '/versions/tags',
    needs: 'read',
    summary: 'Revision tags by name, `latest` among them',
    query: z.object({ after: text(), count: count() }),
    answers: { 200: revisionTagList },
    run: async ({ access, query, service }) => {
      const { tags, more } = await service.revisionTags.list(access, query)
      return json({ tags: tags.map(renderRevisionTag), nextToken: more ? (tags.at(-1)?.name ?? '') : '' })
    },
  }),
  environmentRoute({
    id: 'CreateRevisionTag',
    method: 'POST',
    path: '/versions/tags',
    needs: 'write',
    summary: 'Names a revision; the newest when none is given',
    body: createRevisionTag,
    answers: { 204: 'empty' },
    run: async ({ access, body, service }) => {
      await service.revisionTags.create(access, body)
      return empty()
    },
  }),
  environmentRoute({
    id: 'ReadRevisionTag',
    method: 'GET',
    path: '/versions/tags/{tag}',
    needs: 'read',
    summary: 'One revision tag',
    answers: { 200: revisionTag },
    run: async ({ access, parameters, service }) =>
      json(renderRevisionTag(await service.revisionTags.get(access, parameters['tag']!))),
  }),
  environmentRoute({
    id: 'UpdateRevisionTag',
    method: 'PATCH',
    path: '/versions/tags/{tag}',
    needs: 'write',
    summary: 'Moves a revision tag; to the newest when no revision is given',
    body: moveRevisionTag,
    bodyOptional: true,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.revisionTags.move(access, parameters['tag']!, body)
      return empty()
    },
  }),
  environmentRoute({
    id: 'DeleteRevisionTag',
    method: 'DELETE',
    path: '/versions/tags/{tag}',
    needs: 'write',
    summary: 'Removes a revision tag; the revision stays',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.revisionTags.delete(access, parameters['tag']!)
      return empty()
    },
  }),
  environmentRoute({
    id: 'ReadEnvironmentAtVersion',
    method: 'GET',
    path: '/versions/{version}',
    needs: 'read',
    summary: 'The definition at a revision number or tag, secrets sealed',
    answers: { 200: 'yaml' },
    run: async ({ access, parameters, service }) =>
      definition(await service.environments.read(access, parameters['version'])),
  }),
  environmentRoute({
    id: 'DecryptEnvironmentAtVersion',
    method: 'GET',
    path: '/versions/{version}/decrypt',
    needs: 'decrypt',
    summary: 'The definition at a revision number or tag, secrets in clear',
    answers: { 200: 'yaml' },
    run: async ({ access, parameters, service }) =>
      definition(await service.environments.decrypt(access, parameters['version'])),
  }),
  environmentRoute({
    id: 'RetractRevision',
    method: 'POST',
    path: '/versions/{version}/retract',
    needs: 'write',
    summary: 'Marks a revision unusable and moves its tags to the replacement',
    body: retractRevision,
    bodyOptional: true,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.revisions.retract(access, parameters['version']!, body)
      return empty()
    },
  }),
  environmentRoute({
    id: 'ListTagsOfRevision',
    method: 'GET',
    path: '/versions/{version}/tags',
    needs: 'read',
    summary: 'Revision tags that point at a revision',
    answers: { 200: revisionTagList },
    run: async ({ access, parameters, service }) => {
      const names = await service.revisions.tagsOf(access, parameters['version']!)
      const tags = await Promise.all(names.map((name) => service.revisionTags.get(access, name)))
      return json({ tags: tags.map(renderRevisionTag), nextToken: '' })
    },
  }),
]

function renderRevision({ revision, tags }: RevisionEntry): object {
  const { number, createdMs, creator, retraction, sourceChangeRequest } = revision
  return {
    number,
    created: time(createdMs),
    creatorLogin: creator.login,
    creatorName: creator.name,
    tags,
    ...(retraction === null
      ? {}
      : {
          retracted: {
            replacement: retraction.replacement,
            at: time(retraction.atMs),
            byLogin: retraction.by.login,
            byName: retraction.by.name,
            ...(retraction.reason === '' ? {} : { reason: retraction.reason }),
          },
        }),
    ...(sourceChangeRequest === null ? {} : { sourceChangeRequest }),
  }
}

function renderRevisionTag({ name, revision, createdMs, modifiedMs, editor }: RevisionTagEntry): object {
  return {
    name,
    revision,
    created: time(createdMs),
    modified: time(modifiedMs),
    editorLogin: editor.login,
    editorName: editor.name,
  }
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
