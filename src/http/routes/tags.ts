import { z } from 'zod'
import type { EnvironmentTag } from '../../service/index.ts'
import { empty, json } from '../answer.ts'
import { count, text } from '../query.ts'
import { environmentRoute, organizationRoute, type Route } from '../route.ts'
import { createTag, tag, tagList, tagValues, updateTag } from '../schemas/tags.ts'

/** Environment tags (contract §6). */
export const tagRoutes: readonly Route[] = [
  organizationRoute({
    id: 'ListTagValues',
    method: 'GET',
    path: '/api/esc/environments/{org}/tags',
    needs: 'environment_tags:list',
    summary: 'The tag names in use with their values',
    answers: { 200: tagValues },
    run: async ({ access, service }) =>
      json(Object.fromEntries(await service.environmentTags.values(access))),
  }),
  environmentRoute({
    id: 'ListTags',
    method: 'GET',
    path: '/tags',
    needs: 'read',
    summary: 'Tags by name; `nextToken` is `0` on the last page',
    query: z.object({ after: text(), count: count() }),
    answers: { 200: tagList },
    run: async ({ access, query, service }) => {
      const { tags, more } = await service.environmentTags.list(access, query)
      return json({
        tags: Object.fromEntries(tags.map((entry) => [entry.name, renderTag(entry)])),
        nextToken: more ? (tags.at(-1)?.name ?? '0') : '0',
      })
    },
  }),
  environmentRoute({
    id: 'CreateTag',
    method: 'POST',
    path: '/tags',
    needs: 'write',
    summary: 'Adds a tag',
    body: createTag,
    answers: { 200: tag },
    run: async ({ access, body, service }) =>
      json(renderTag(await service.environmentTags.create(access, body))),
  }),
  environmentRoute({
    id: 'GetTag',
    method: 'GET',
    path: '/tags/{name}',
    needs: 'read',
    summary: 'One tag',
    answers: { 200: tag },
    run: async ({ access, parameters, service }) =>
      json(renderTag(await service.environmentTags.get(access, parameters['name']!))),
  }),
  environmentRoute({
    id: 'UpdateTag',
    method: 'PATCH',
    path: '/tags/{name}',
    needs: 'write',
    summary: 'Changes name or value of a tag',
    body: updateTag,
    answers: { 200: tag },
    run: async ({ access, parameters, body, service }) =>
      json(renderTag(await service.environmentTags.update(access, parameters['name']!, body))),
  }),
  environmentRoute({
    id: 'DeleteTag',
    method: 'DELETE',
    path: '/tags/{name}',
    needs: 'write',
    summary: 'Removes a tag',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.environmentTags.delete(access, parameters['name']!)
      return empty()
    },
  }),
]

function renderTag({ name, value, createdMs, modifiedMs, editor }: EnvironmentTag): object {
  return {
    name,
    value,
    created: new Date(createdMs).toISOString(),
    modified: new Date(modifiedMs).toISOString(),
    editorLogin: editor.login,
    editorName: editor.name,
  }
}
