import type { EnvironmentName } from './api.ts'

const segment = encodeURIComponent

/** The path of an environment's resource, `rest` appended segment by segment. */
export function environmentPath(environment: EnvironmentName, ...rest: readonly (string | number)[]): string {
  const { organization, project, name } = environment
  return organizationPath(organization, project, name, ...rest)
}

/** The path under `/api/esc/environments/{organization}`. */
export function organizationPath(organization: string, ...rest: readonly (string | number)[]): string {
  return ['/api/esc/environments', segment(organization), ...rest.map((part) => segment(String(part)))].join(
    '/',
  )
}

/** The path of a change request's action. */
export function changeRequestPath(organization: string, id: string, action: string): string {
  return `/api/change-requests/${segment(organization)}/${segment(id)}/${action}`
}
