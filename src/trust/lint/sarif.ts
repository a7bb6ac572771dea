import type { Finding, Severity } from './finding.ts'
import { rules } from './lint.ts'

const levels: { readonly [severity in Severity]: string } = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

// The scale code scanning sorts by.
const scores: { readonly [severity in Severity]: string } = {
  critical: '9.5',
  high: '8.0',
  medium: '5.0',
  low: '2.0',
}

/** Findings as a SARIF 2.1.0 log, for code scanning; `uri` is the policy file. Offsets count UTF-16 units. */
export function toSarif(findings: readonly Finding[], uri: string): object {
  const ids = [...new Set(findings.map(({ id }) => id))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'openesc-trust', rules: ids.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, uri, ids)),
      },
    ],
  }
}

function ruleOf(id: string): object {
  const rule = rules.find((one) => one.id === id)
  const text = rule?.title ?? 'AWS does not store this policy'
  return {
    id,
    shortDescription: { text },
    fullDescription: { text: rule?.why ?? text },
    defaultConfiguration: { level: levels[rule?.severity ?? 'medium'] },
    properties: { 'security-severity': scores[rule?.severity ?? 'medium'], tags: ['security'] },
  }
}

function resultOf(finding: Finding, uri: string, ids: readonly string[]): object {
  const { at, edits, witness } = finding
  const proof = witness === null ? '' : `; a token that gets in: ${JSON.stringify(witness.claims)}`
  return {
    ruleId: finding.id,
    ruleIndex: ids.indexOf(finding.id),
    level: levels[finding.severity],
    message: { text: `${finding.what}: ${finding.why}; ${finding.fix}${proof}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          region: {
            startLine: at.line,
            startColumn: at.column,
            charOffset: at.from,
            charLength: at.to - at.from,
          },
        },
      },
    ],
    ...(edits.length > 0 && {
      fixes: [
        {
          description: { text: finding.fix },
          artifactChanges: [
            {
              artifactLocation: { uri },
              replacements: edits.map((edit) => ({
                deletedRegion: { charOffset: edit.at.from, charLength: edit.at.to - edit.at.from },
                insertedContent: { text: edit.text },
              })),
            },
          ],
        },
      ],
    }),
  }
}
