// What an inventory job does with `openesc/client`: who owns which environment, and which revision is its newest.
// It makes an environment, writes it, opens it, and cleans up behind itself.
//
//   OPENESC_URL=http://127.0.0.1:3720 OPENESC_TOKEN=$(cat first-token) node examples/client/inventory.ts acme
import { ApiError, connect } from 'openesc/client'

const [org = ''] = process.argv.slice(2)
const esc = connect({
  baseUrl: process.env['OPENESC_URL'] ?? 'http://127.0.0.1:3720',
  token: process.env['OPENESC_TOKEN'] ?? '',
})
const path = { org, project: 'examples', env: 'client' }

try {
  await esc.call('CreateEnvironment', { path, body: { project: path.project, name: path.env } })
  const read = await esc.ask('ReadEnvironment', { path })
  await esc.call('UpdateEnvironment', {
    path,
    body: 'values:\n  greeting: hello\n  password:\n    fn::secret: never shown\n',
    ...(read.etag === undefined ? {} : { ifMatch: read.etag }),
  })

  for await (const { project, name, ownedBy } of esc.items('ListOrgEnvironments', { path })) {
    const [newest] = await esc.call('ListRevisions', {
      path: { org, project, env: name },
      query: { count: 1 },
    })
    console.log(`${project}/${name}: owned by ${ownedBy.githubLogin}, revision ${newest?.number}`)
  }

  const { id } = await esc.call('OpenEnvironment', { path, query: { duration: '5m' } })
  const greeting = await esc.call('ReadOpenEnvironment', {
    path: { ...path, session: id },
    query: { property: 'greeting' },
  })
  console.log(`greeting: ${'value' in greeting ? greeting.value : ''}`)
} catch (error) {
  if (!(error instanceof ApiError)) throw error
  console.error(`refused by ${error.rule}: ${error.reason}`)
  console.error(`next step: ${error.nextStep || 'none is known'}`)
  process.exitCode = 1
} finally {
  await esc.call('DeleteEnvironment', { path }).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error
  })
}
