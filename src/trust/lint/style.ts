import { issuerName } from '../issuers.ts'
import type { ActionEntry, ConditionEntry, Statement } from '../policy/document.ts'
import { parseProviderArn } from '../policy/principal-grammar.ts'
import type { Edit } from './finding.ts'
import type { Rule } from './rule.ts'
import type { LintView } from './view.ts'

type Place = { readonly entry: ConditionEntry; readonly statement: Statement }

function entriesOf({ policy }: LintView): readonly Place[] {
  return policy.statements.flatMap((statement) => statement.conditions.map((entry) => ({ entry, statement })))
}

const literalWildcard: Rule = {
  id: 'AWS025',
  severity: 'medium',
  title: 'a wildcard under an operator that has none',
  why: 'the character is compared literally, so the value never matches',
  check: (view) =>
    entriesOf(view).flatMap(({ entry, statement }) => {
      if (!/^StringEquals(IgnoreCase)?$/.test(entry.operator.name)) return []
      return entry.values
        .filter(({ text }) => /[*?]/.test(text.replace(/\$\{[^}]*\}/g, '')))
        .map(({ text, at }) => ({
          at,
          what: `${entry.operatorName} compares \`${text}\` character by character`,
          fix: `use ${entry.operatorName.replace(/StringEquals(IgnoreCase)?/, 'StringLike')}`,
          statement: statement.index,
        }))
    }),
}

const variablesOff: Rule = {
  id: 'AWS035',
  severity: 'medium',
  title: 'a policy variable without Version 2012-10-17',
  why: 'before that version it is literal text, which a hostile claim can even equal',
  check: (view) =>
    view.policy.version === '2012-10-17'
      ? []
      : entriesOf(view).flatMap(({ entry, statement }) =>
          entry.values
            .filter(({ text }) => /\$\{[^}]+\}/.test(text))
            .map(({ text, at }) => ({
              at,
              what: `\`${text}\` is not replaced`,
              fix: 'set "Version": "2012-10-17"',
              statement: statement.index,
            })),
        ),
}

const needlessPattern: Rule = {
  id: 'AWS044',
  severity: 'low',
  title: 'StringLike without a wildcard',
  why: 'it hides that one exact value is meant',
  check: (view) =>
    entriesOf(view)
      .filter(({ entry }) => /^String(Not)?Like$/.test(entry.operator.name) && entry.values.length > 0)
      .filter(({ entry }) => entry.values.every(({ text }) => !/[*?$]/.test(text)))
      .map(({ entry, statement }) => {
        const exact = entry.operatorName
          .replace('StringLike', 'StringEquals')
          .replace('StringNotLike', 'StringNotEquals')
        return {
          at: entry.operatorAt,
          what: `${entry.operatorName} ${entry.key} has no wildcard`,
          fix: `use ${exact}`,
          statement: statement.index,
          edits: renameBlock(entry, statement, exact),
        }
      }),
}

// The whole block is renamed, so no other key of it may need patterns and the new name must be free.
function renameBlock(entry: ConditionEntry, statement: Statement, name: string): readonly Edit[] {
  const block = statement.conditions.filter(({ operatorName }) => operatorName === entry.operatorName)
  const plain = block.every(({ values }) => values.every(({ text }) => !/[*?$]/.test(text)))
  const taken = statement.conditions.some(({ operatorName }) => operatorName === name)
  const first = block[0] === entry
  return plain && !taken && first ? [{ at: entry.operatorAt, text: JSON.stringify(name) }] : []
}

const retiredIssuer: Rule = {
  id: 'AWS046',
  severity: 'low',
  title: 'a retired issuer',
  why: 'it signs no tokens any more',
  check: ({ trusts }) =>
    trusts
      .filter(({ issuer }) => issuer === 'vstoken.actions.githubusercontent.com')
      .map(({ statement, issuer }) => ({
        at: statement.principalAt,
        what: `\`${issuer}\` is retired`,
        fix: 'trust `token.actions.githubusercontent.com`',
        statement: statement.index,
      })),
}

const oldVersion: Rule = {
  id: 'AWS047',
  severity: 'low',
  title: 'an old or missing policy version',
  why: 'policy variables are off',
  check: ({ policy }) => {
    if (policy.version === '2012-10-17') return []
    const what = policy.versionGiven
      ? 'the version is 2008-10-17'
      : 'the version is missing, which means 2008-10-17'
    return [{ at: policy.at, what, fix: 'set "Version": "2012-10-17"', edits: versionEdit(policy) }]
  },
}

// Turning variables on would change the meaning of a value that holds one.
function versionEdit({ source, at, versionGiven, statements }: LintView['policy']): readonly Edit[] {
  const variables = statements.some(({ conditions }) =>
    conditions.some(({ values }) => values.some(({ text }) => text.includes('${'))),
  )
  if (variables) return []
  if (!versionGiven)
    return [{ at: { from: at.from + 1, to: at.from + 1 }, text: ' "Version": "2012-10-17",' }]
  const from = source.indexOf('"2008-10-17"')
  return [{ at: { from, to: from + 12 }, text: '"2012-10-17"' }]
}

const wideAction: Rule = {
  id: 'AWS048',
  severity: 'low',
  title: 'a wildcard in the action',
  why: 'it grants more than the exchange needs',
  check: ({ policy }) =>
    policy.statements
      .filter(({ effect, actionsNegated }) => effect === 'Allow' && !actionsNegated)
      .flatMap((statement) =>
        statement.actions
          .filter(({ pattern }) => /[*?]/.test(pattern))
          .map((action) => ({
            at: action.at,
            what: `\`${action.pattern}\``,
            fix: 'list the actions: sts:AssumeRoleWithWebIdentity, and sts:TagSession if tokens carry tags',
            statement: statement.index,
            edits: actionEdit(statement, action),
          })),
      ),
}

const webActions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity']

// A web identity needs no other action, so nothing is taken from a statement that trusts nobody else.
function actionEdit({ principals, actionAt }: Statement, { test, at }: ActionEntry): readonly Edit[] {
  const covered = webActions.filter((action) => test(action)).map((action) => JSON.stringify(action))
  const others = principals.some(
    ({ kind, value }) => kind !== 'Federated' || parseProviderArn(value) === null,
  )
  if (others || covered.length === 0) return []
  const list = covered.join(', ')
  return [{ at, text: actionAt.from === at.from && covered.length > 1 ? `[${list}]` : list }]
}

const anyRole: Rule = {
  id: 'AWS049',
  severity: 'low',
  title: 'the roles claim is not required although the issuer can send it',
  why: 'a token is usable for any role that trusts the issuer',
  check: ({ trusts, facts: { model } }) =>
    trusts
      .filter(({ issuer }) => model?.sendsRoles === true && issuerName(model.url) === issuer)
      .filter(
        ({ statement }) =>
          !statement.conditions.some(({ key }) => key.toLowerCase() === 'sts:roleauthorizedbyidp'),
      )
      .map(({ statement }) => ({
        at: statement.conditionAt ?? statement.at,
        what: 'tokens are not tied to this role',
        fix: 'add Bool sts:RoleAuthorizedByIdp true',
        statement: statement.index,
      })),
}

/** Rules about wording (AWS025, AWS035, AWS044, AWS046 to AWS049). */
export const styleRules: readonly Rule[] = [
  literalWildcard,
  variablesOff,
  needlessPattern,
  retiredIssuer,
  oldVersion,
  wideAction,
  anyRole,
]
