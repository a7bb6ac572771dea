// `node keep-door.cjs DOOR`: evaluates a small definition with the library in DOOR-bundle.cjs, and writes the code of all that ran
// to DOOR.code.
const { readFileSync, writeFileSync } = require('node:fs')
const { Script } = require('node:vm')

const door = process.argv[2]
const filename = `${door}-bundle.cjs`
const text = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`
const script = new Script(text, { filename })
script.runInThisContext()(exports, require, module, filename, __dirname)

const definition = `imports: [base]
values:
  aws:
    login:
      fn::open::aws-login:
        oidc: {roleArn: "arn:aws:iam::123456789012:role/deployer", sessionName: environments-session}
  region: eu-west-1
  environmentVariables:
    AWS_REGION: \${region}
    AWS_ACCESS_KEY_ID: \${aws.login.accessKeyId}
    URL: https://\${host}/
`
const at = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: at, end: at } }
const opened = { value: { accessKeyId: { value: 'none', secret: true, trace } }, secret: true, trace }
const host = {
  providers: {
    provider: async () => ({ inputs: true, outputs: true, open: async () => opened }),
    rotator: async () => Promise.reject(new Error('nothing is rotated here')),
  },
  crypter: { encrypt: async (bytes) => bytes, decrypt: async (bytes) => bytes },
  context: {},
  loader: { load: async () => ({ source: Buffer.from('values: {host: example.com}'), crypter: host.crypter }) },
}
const loaded = module.exports.loadDefinition('acme/web', Buffer.from(definition))
module.exports.openEnvironment('acme/web', loaded.definition, host).then(({ diagnostics }) => {
  if (diagnostics.length > 0) throw new Error(diagnostics[0].summary)
  writeFileSync(`${door}.code`, script.createCachedData())
})
