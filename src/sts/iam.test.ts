import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  UntagOpenIDConnectProviderCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { administratorKeyId } from './index.ts'
import { type Stage, startStage, trustPolicy } from './stage.test.ts'

const issuer = 'http://127.0.0.1:3720/oidc'
const arn = 'arn:aws:iam::123456789012:oidc-provider/127.0.0.1:3720/oidc'
const thumbprint = 'A'.repeat(40)
const policy = trustPolicy(issuer)

describe('IAM', () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  beforeEach(() => stage.sandbox.reset())
  after(() => stage.close())

  const createProvider = (url = issuer, ids: string[] = ['acme']) =>
    stage
      .iam()
      .send(
        new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: ids, ThumbprintList: [thumbprint] }),
      )
  const createRole = (name = 'deploy', document = policy) =>
    stage.iam().send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }))
  const getProvider = () =>
    stage.iam().send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }))

  test('a provider on a loopback host keeps its port in its ARN and its URL without scheme', async () => {
    assert.equal((await createProvider(issuer, ['acme', 'b', 'acme'])).OpenIDConnectProviderArn, arn)
    const got = await getProvider()
    assert.equal(got.Url, '127.0.0.1:3720/oidc')
    assert.deepEqual(got.ClientIDList, ['acme', 'b'])
    assert.deepEqual(got.ThumbprintList, ['a'.repeat(40)])
    assert.ok(got.CreateDate instanceof Date)
  })

  test('case and a trailing slash make another provider, an explicit 443 does not', async () => {
    await createProvider('https://login.example.com/a')
    await createProvider('https://login.example.com/a/')
    await createProvider('https://Login.example.com/a')
    await assert.rejects(createProvider('https://login.example.com:443/a'), {
      name: 'EntityAlreadyExistsException',
      message: 'Provider with url https://login.example.com/a already exists.',
    })
    const { OpenIDConnectProviderList } = await stage.iam().send(new ListOpenIDConnectProvidersCommand({}))
    assert.deepEqual(
      OpenIDConnectProviderList?.map((entry) => entry.Arn?.split('oidc-provider/')[1]).sort(),
      ['Login.example.com/a', 'login.example.com/a', 'login.example.com/a/'],
    )
  })

  for (const [url, message] of [
    ['http://login.example.com', /Invalid Open ID Connect Provider URL/],
    ['https://login.example.com:8443', /Invalid Open ID Connect Provider URL/],
    ['https://login.example.com/?a=b', /^Unknown$/],
    ['https://login.example.com/#a', /^Unknown$/],
    ['https://user@login.example.com', /Invalid Open ID Connect Provider URL/],
    ['login.example.com', /Invalid Open ID Connect Provider URL/],
    ['http://127.0.0.1.example.com:3720', /Invalid Open ID Connect Provider URL/],
  ] as const) {
    test(`the provider URL ${url} is refused`, async () => {
      await assert.rejects(createProvider(url), { name: 'InvalidInputException', message })
    })
  }

  test('a public issuer without thumbprints must be reachable', async () => {
    const offline = await startStage({
      fetch: async () => {
        throw new TypeError('fetch failed')
      },
    })
    await assert.rejects(
      offline.iam().send(new CreateOpenIDConnectProviderCommand({ Url: 'https://login.example.com' })),
      { name: 'OpenIdIdpCommunicationErrorException' },
    )
    assert.match(offline.sandbox.decisions()[0]?.reason ?? '', /cannot be reached/)
    await offline.close()
  })

  test('client ids are added and removed silently, up to 100', async () => {
    await createProvider()
    const change = { OpenIDConnectProviderArn: arn, ClientID: 'acme' }
    await stage.iam().send(new AddClientIDToOpenIDConnectProviderCommand(change))
    await stage.iam().send(new AddClientIDToOpenIDConnectProviderCommand({ ...change, ClientID: 'Acme' }))
    assert.deepEqual((await getProvider()).ClientIDList, ['acme', 'Acme'])
    await stage.iam().send(new RemoveClientIDFromOpenIDConnectProviderCommand(change))
    await stage.iam().send(new RemoveClientIDFromOpenIDConnectProviderCommand(change))
    assert.deepEqual((await getProvider()).ClientIDList, ['Acme'])
    const full = Array.from({ length: 100 }, (_, index) => `client-${index}`)
    await createProvider('https://full.example.com', full)
    await assert.rejects(createProvider('https://over.example.com', [...full, 'one-more']), {
      name: 'LimitExceededException',
    })
    const fullArn = 'arn:aws:iam::123456789012:oidc-provider/full.example.com'
    await assert.rejects(
      stage.iam().send(
        new AddClientIDToOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: fullArn,
          ClientID: 'one',
        }),
      ),
      { name: 'LimitExceededException' },
    )
  })

  test('thumbprints are replaced, never by none and never by six', async () => {
    await createProvider()
    const update = (ThumbprintList: string[]) =>
      stage
        .iam()
        .send(
          new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn: arn, ThumbprintList }),
        )
    await update(['b'.repeat(40), 'b'.repeat(40)])
    assert.deepEqual((await getProvider()).ThumbprintList, ['b'.repeat(40), 'b'.repeat(40)])
    await assert.rejects(update([]), {
      name: 'InvalidInputException',
      message: 'Thumbprint list must contain at least one entry.',
    })
    await assert.rejects(update(Array(6).fill(thumbprint)), {
      message: 'Thumbprint list must contain fewer than 5 entries.',
    })
  })

  test('a deleted provider is gone, and each call has its own words for that', async () => {
    await createProvider()
    const gone = { OpenIDConnectProviderArn: arn }
    await stage.iam().send(new DeleteOpenIDConnectProviderCommand(gone))
    await assert.rejects(getProvider(), {
      name: 'NoSuchEntityException',
      message: `OpenIDConnect Provider not found for arn ${arn}`,
    })
    await assert.rejects(stage.iam().send(new DeleteOpenIDConnectProviderCommand(gone)), {
      message: `OpenId connect Provider ${arn} cannot be found.`,
    })
  })

  test('tags of providers tell case apart, tags of roles do not', async () => {
    await createProvider()
    const provider = { OpenIDConnectProviderArn: arn }
    const Tags = [
      { Key: 'Team', Value: 'core' },
      { Key: 'team', Value: 'other' },
    ]
    await stage.iam().send(new TagOpenIDConnectProviderCommand({ ...provider, Tags }))
    await stage.iam().send(new UntagOpenIDConnectProviderCommand({ ...provider, TagKeys: ['team'] }))
    const listed = await stage.iam().send(new ListOpenIDConnectProviderTagsCommand(provider))
    assert.deepEqual(listed.Tags, [{ Key: 'Team', Value: 'core' }])
    await createRole()
    const role = { RoleName: 'deploy' }
    await assert.rejects(stage.iam().send(new TagRoleCommand({ ...role, Tags })), {
      name: 'InvalidInputException',
    })
    await stage.iam().send(new TagRoleCommand({ ...role, Tags: Tags.slice(0, 1) }))
    await stage.iam().send(new TagRoleCommand({ ...role, Tags: Tags.slice(1) }))
    assert.deepEqual((await stage.iam().send(new ListRoleTagsCommand(role))).Tags, [
      { Key: 'team', Value: 'other' },
    ])
    await stage.iam().send(new UntagRoleCommand({ ...role, TagKeys: ['TEAM'] }))
    assert.deepEqual((await stage.iam().send(new ListRoleTagsCommand(role))).Tags, [])
  })

  test('the answer to CreateRole leaves out what GetRole says', async () => {
    const { Role } = await stage.iam().send(
      new CreateRoleCommand({
        RoleName: 'deploy',
        Path: '/ci/',
        Description: 'deploys',
        MaxSessionDuration: 7200,
        AssumeRolePolicyDocument: policy,
        Tags: [{ Key: 'team', Value: 'core' }],
      }),
    )
    assert.equal(Role?.Arn, 'arn:aws:iam::123456789012:role/ci/deploy')
    assert.match(Role?.RoleId ?? '', /^AROA[A-Z0-9]{17}$/)
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), policy)
    assert.deepEqual([Role?.Description, Role?.MaxSessionDuration], [undefined, undefined])
    const got = await stage.iam().send(new GetRoleCommand({ RoleName: 'deploy' }))
    assert.deepEqual([got.Role?.Description, got.Role?.MaxSessionDuration], ['deploys', 7200])
    assert.deepEqual(got.Role?.Tags, [{ Key: 'team', Value: 'core' }])
  })

  test('a role name is taken whatever its case', async () => {
    await createRole('Deploy')
    await assert.rejects(createRole('deploy'), {
      name: 'EntityAlreadyExistsException',
      message: 'Role with name deploy already exists.',
    })
  })

  test('a role is changed, its policy replaced, and what is not given stays', async () => {
    await createRole()
    await stage.iam().send(new UpdateRoleCommand({ RoleName: 'deploy', MaxSessionDuration: 43_200 }))
    await stage.iam().send(new UpdateRoleCommand({ RoleName: 'deploy', Description: 'new' }))
    const next = trustPolicy(issuer, 'env:acme/next')
    await stage.iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'deploy', PolicyDocument: next }))
    const { Role } = await stage.iam().send(new GetRoleCommand({ RoleName: 'deploy' }))
    assert.deepEqual([Role?.Description, Role?.MaxSessionDuration], ['new', 43_200])
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), next)
    await assert.rejects(
      stage.iam().send(new UpdateRoleCommand({ RoleName: 'deploy', MaxSessionDuration: 43_201 })),
      { name: /^ValidationError/, message: /less than or equal to 43200/ },
    )
    await assert.rejects(stage.iam().send(new GetRoleCommand({ RoleName: 'none' })), {
      name: 'NoSuchEntityException',
      message: 'The role with name none cannot be found.',
    })
  })

  const github = 'token.actions.githubusercontent.com'
  const unscoped = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${github}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
    },
  })
  for (const [what, document, name, message] of [
    ['that is not JSON', '{', 'MalformedPolicyDocumentException', 'This policy contains invalid Json'],
    [
      'that trusts GitHub unscoped',
      unscoped,
      'MalformedPolicyDocumentException',
      /must evaluate, using StringEquals/,
    ],
    [
      'over the quota',
      trustPolicy(issuer, 'x'.repeat(2048)),
      'LimitExceededException',
      'Cannot exceed quota for ACLSizePerRole: 2048',
    ],
  ] as const) {
    test(`a trust policy ${what} is neither created nor put in place`, async () => {
      await assert.rejects(createRole('other', document), { name, message })
      await createRole()
      await assert.rejects(
        stage.iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'deploy', PolicyDocument: document })),
        { name, message },
      )
      const { Role } = await stage.iam().send(new GetRoleCommand({ RoleName: 'deploy' }))
      assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), policy)
    })
  }

  test('roles are listed in pages', async () => {
    for (const name of ['c', 'a', 'b']) await createRole(name)
    const first = await stage.iam().send(new ListRolesCommand({ MaxItems: 2 }))
    assert.deepEqual([first.Roles?.map((role) => role.RoleName), first.IsTruncated], [['a', 'b'], true])
    const rest = await stage.iam().send(new ListRolesCommand({ MaxItems: 2, Marker: first.Marker }))
    assert.deepEqual([rest.Roles?.map((role) => role.RoleName), rest.IsTruncated], [['c'], false])
    await assert.rejects(stage.iam().send(new ListRolesCommand({ Marker: 'bm9uZQ==' })), /Invalid Marker/)
    await assert.rejects(
      stage.iam().send(new ListRolesCommand({ MaxItems: 1001 })),
      /less than or equal to 1000/,
    )
    assert.deepEqual((await stage.iam().send(new ListRolesCommand({ PathPrefix: '/ci/' }))).Roles, [])
  })

  test('a role with a policy attached is not deleted until it is detached', async () => {
    await createRole()
    const attachment = { RoleName: 'deploy', PolicyArn: 'arn:aws:iam::aws:policy/job-function/Billing' }
    await stage.iam().send(new AttachRolePolicyCommand(attachment))
    await stage.iam().send(new AttachRolePolicyCommand(attachment))
    const { AttachedPolicies } = await stage
      .iam()
      .send(new ListAttachedRolePoliciesCommand({ RoleName: 'deploy' }))
    assert.deepEqual(AttachedPolicies, [{ PolicyName: 'Billing', PolicyArn: attachment.PolicyArn }])
    await assert.rejects(stage.iam().send(new DeleteRoleCommand({ RoleName: 'deploy' })), {
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must detach all policies first.',
    })
    await stage.iam().send(new DetachRolePolicyCommand(attachment))
    await assert.rejects(stage.iam().send(new DetachRolePolicyCommand(attachment)), {
      name: 'NoSuchEntityException',
    })
    await stage.iam().send(new DeleteRoleCommand({ RoleName: 'deploy' }))
    assert.deepEqual((await stage.iam().send(new ListRolesCommand({}))).Roles, [])
  })

  test('every account has an administrator, who sees the own account and opens others by ARN', async () => {
    await createProvider()
    await createRole()
    const { secretAccessKey } = stage.sandbox.administrator
    const other = stage.iam({ accessKeyId: administratorKeyId('210987654321'), secretAccessKey })
    assert.deepEqual((await other.send(new ListRolesCommand({}))).Roles, [])
    await assert.rejects(other.send(new GetRoleCommand({ RoleName: 'deploy' })), /cannot be found/)
    const got = await other.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }))
    assert.equal(got.Url, '127.0.0.1:3720/oidc')
    const { Role } = await other.send(
      new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: policy }),
    )
    assert.equal(Role?.Arn, 'arn:aws:iam::210987654321:role/deploy')
  })
})
