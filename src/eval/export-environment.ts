import { type ExportedRecord, type ExportedValue, isExportedRecord, NumberText } from '../value/index.ts'
import type { EnvironmentEvaluator } from './environment-evaluator.ts'
import type { Environment } from './evaluation.ts'
import { ExpressionExporter } from './export-expr.ts'
import type { Budget } from './limits.ts'
import type { Value } from './value.ts'

type Draft = { -readonly [K in keyof Environment]: Environment[K] }

/** The exported result of an evaluated environment (language specification §11.1). */
export function exportEnvironment(evaluator: EnvironmentEvaluator, value: Value): Environment {
  const { attempt, context, diagnostics, root } = evaluator
  const { name } = evaluator.plan
  const expressions = new ExpressionExporter(name)
  const exported = attempt.exporter.value(value, name, diagnostics)
  const properties = nonEmpty(exported)
  if (properties !== undefined) checkOutput(exported, attempt.budget)
  const contextProperties = nonEmpty(attempt.exporter.value(context, name, diagnostics))
  const contextSchema = expressions.schema(context.schema)
  const draft: Draft = {
    schema: expressions.schema(evaluator.schemaOf(value)),
    executionContext: Object.freeze(
      contextProperties === undefined
        ? { schema: contextSchema }
        : { properties: contextProperties, schema: contextSchema },
    ),
  }
  const { body } = root
  if (body.kind === 'object' && body.properties.size > 0) {
    const exprs = Object.create(null)
    for (const [key, expr] of body.properties) exprs[key] = expressions.expression(expr)
    draft.exprs = Object.freeze(exprs)
  }
  if (properties !== undefined) draft.properties = properties
  return Object.freeze(draft)
}

function nonEmpty({ value }: ExportedValue): ExportedRecord | undefined {
  return isExportedRecord(value) && Object.keys(value).length > 0 ? value : undefined
}

/** Counts the data (not the traces) as they would be written; shared values count wherever they appear. */
function checkOutput(value: ExportedValue, budget: Budget): void {
  const sizes = new Map<ExportedValue, number>()
  const size = (exported: ExportedValue): number => {
    const data = exported.value ?? null
    if (typeof data === 'string') return 4 + data.length
    if (data === null || typeof data === 'boolean') return 4
    if (data instanceof NumberText) return 4 + data.text.length
    const known = sizes.get(exported)
    if (known !== undefined) return known
    let bytes = 4
    if (isExportedRecord(data ?? undefined)) {
      const record = data as ExportedRecord
      for (const key of Object.keys(record)) bytes += key.length + 4 + size(record[key]!)
    } else if (Array.isArray(data))
      for (const item of data as readonly ExportedValue[]) bytes += size(item) + 1
    sizes.set(exported, bytes)
    return bytes
  }
  const { outputBytes } = budget.limits
  if (size(value) > outputBytes) budget.exceeded(`an output of more than ${outputBytes} bytes`)
}
