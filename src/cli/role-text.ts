import type { ApiRoleRule } from '../client/index.ts'

/** A rule of a custom role in words, e.g. `read, open on web/* with tier=dev`. */
export function describeRule({ permissions, project, name, tag }: ApiRoleRule): string {
  const place = project === undefined ? 'every environment' : `${project}/${name ?? '*'}`
  const tagged =
    tag === undefined ? '' : ` with ${tag.value === undefined ? tag.name : `${tag.name}=${tag.value}`}`
  return `${permissions.join(', ')} on ${place}${tagged}`
}
