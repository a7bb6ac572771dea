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

/** Findings in one policy file. */
export interface FileFindings {
  readonly file: string
  readonly findings: readonly Finding[]
}

/** Findings as a SARIF 2.1.0 log of one run, for code scanning. Offsets count UTF-16 units. */
export function toSarif(files: readonly FileFindings[]): object {
  const ids = [...new Set(files.flatMap(({ findings }) => findings.map(({ id }) => id)))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'openesc-trust', rules: ids.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: files.flatMap(({ file, findings }) =>
          findings.map((finding) => resultOf(finding, uriOf(file), ids)),
        ),
      },
    ],
  }
}

// A file name is no URI: blanks, `#` and `?` in it must be escaped.
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}

function ruleOf(id: string): object {
  const { title, why, severity } = rules.find((one) => one.id === id)!
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    defaultConfiguration: { level: levels[severity] },
    properties: { 'security-severity': scores[severity], tags: ['security'] },
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
