import { organizationList } from '../organization-command.ts'

/** `esc org issuer ls`. */
export const command = organizationList({
  summary: 'List the issuers whose tokens can be exchanged for access tokens',
  examples: ['esc org issuer ls', 'esc org issuer ls --output json'],
  member: 'issuers',
  items: async (server, org) => (await server.call('ListOidcIssuers', { path: { org } })).oidcIssuers,
  columns: [{ header: 'name' }, { header: 'url' }, { header: 'longest token' }, { header: 'id' }],
  row: ({ name, url, maxExpiration, id }) => [name, url, `${maxExpiration} s`, id],
})
