import { type ExportedRecord, type ExportedValue, isExportedRecord } from '../value/index.ts'
import type { EnvironmentEvaluator } from './environment-evaluator.ts'
import type { Environment } from './evaluation.ts'
import { ExpressionExporter } from './export-expr.ts'
import type { Value } from './value.ts'

type Draft = { -readonly [K in keyof Environment]: Environment[K] }

/** The exported result of an evaluated environment (language specification §11.1). */
export function exportEnvironment(evaluator: EnvironmentEvaluator, value: Value): Environment {
  const { attempt, context, diagnostics, root } = evaluator
  const { name } = evaluator.plan
  const expressions = new ExpressionExporter(name)
  const exported = attempt.exporter.value(value, name, diagnostics)
  const properties = nonEmpty(exported)
  if (properties !== undefined) attempt.budget.data(exported, 'bytes of output')
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
