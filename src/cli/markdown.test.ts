import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createColors } from './colors.ts'
import { paintMarkdown } from './markdown.ts'

test('headings, fences and the lines of a diff have colours of their own', () => {
  const colors = createColors(true)
  const text =
    '# Value\n```diff\n--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n```\n# Definition\n```yaml\n- x\n```\n'
  assert.equal(
    paintMarkdown(text, colors),
    [
      colors.bold('# Value'),
      colors.dim('```diff'),
      colors.bold('--- a'),
      colors.bold('+++ b'),
      colors.cyan('@@ -1 +1 @@'),
      colors.red('-x'),
      colors.green('+y'),
      ' z',
      colors.dim('```'),
      colors.bold('# Definition'),
      colors.dim('```yaml'),
      '- x',
      colors.dim('```'),
      '',
    ].join('\n'),
  )
})

test('without colours nothing is added', () => {
  const text = '# Value\n```diff\n-x\n```\n'
  assert.equal(paintMarkdown(text, createColors(false)), text)
})
