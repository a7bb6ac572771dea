// As much of PromQL as the shipped alert rules use, over two scrapes: comparisons, `or`, `/`, sum, abs, increase, rate and
// histogram_quantile. What comes between the scrapes counts as the whole of any range.

/** One scrape: when, in seconds, and its text; null when nothing answered. */
export interface Scrape {
  readonly atSeconds: number
  readonly text: string | null
}

interface Sample {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

type Vector = readonly Sample[]

const job = new Map([['job', 'openesc']])

function read({ text }: Scrape): ReadonlyMap<string, Vector> {
  const found = new Map<string, Sample[]>([['up', [{ labels: job, value: text === null ? 0 : 1 }]]])
  for (const line of (text ?? '').split('\n')) {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (match === null) continue
    const [, name = '', pairs = '', value = ''] = match
    const labels = new Map(job)
    for (const [, key = '', told = ''] of pairs.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels.set(key, told)
    found.set(name, [...(found.get(name) ?? []), { labels, value: Number(value) }])
  }
  return found
}

/** Whether the expression gives anything: then its alert is pending or fires. */
export function fires(expression: string, before: Scrape, after: Scrape): boolean {
  return evaluate(expression, before, after).length > 0
}

/** What an expression gives. @throws for what it cannot read: a rule must not pass for want of a reader */
export function evaluate(expression: string, before: Scrape, after: Scrape): Vector {
  const [first, second] = [read(before), read(after)]
  const seconds = Math.max(0.001, after.atSeconds - before.atSeconds)
  const tokens =
    expression.match(/\[[^\]]*\]|\{[^}]*\}|"[^"]*"|[\w.]+(?:e[+-]?\d+)?|==|>=|<=|!=|[<>()/,*]/g) ?? []
  let at = 0
  const peek = () => tokens[at]
  const take = (wanted?: string) => {
    const token = tokens[at]
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`wanted ${wanted ?? 'more'}, got ${token ?? 'the end'} in ${expression}`)
    at += 1
    return token
  }
  const isNumber = (value: Vector | number): value is number => typeof value === 'number'
  const vector = (value: Vector | number): Vector =>
    isNumber(value) ? [{ labels: new Map(), value }] : value

  const either = (): Vector => {
    let left = vector(compared())
    while (peek() === 'or') {
      take()
      left = [...left, ...vector(compared())]
    }
    return left
  }
  const compared = (): Vector | number => {
    const left = divided()
    const operator = peek()
    if (operator === undefined || !['>', '<', '==', '>=', '<=', '!='].includes(operator)) return left
    take()
    const right = divided()
    if (!isNumber(right)) throw new Error('compared with a number only')
    const holds: Readonly<Record<string, (value: number) => boolean>> = {
      '>': (value) => value > right,
      '<': (value) => value < right,
      '==': (value) => value === right,
      '!=': (value) => value !== right,
      '>=': (value) => value >= right,
      '<=': (value) => value <= right,
    }
    return vector(left).filter(({ value }) => holds[operator]!(value))
  }
  const divided = (): Vector | number => {
    const left = atom()
    if (peek() !== '/') return left
    take()
    const right = vector(atom())
    return vector(left).map(({ labels, value }) => ({
      labels,
      value: value / (right[0]?.value ?? Number.NaN),
    }))
  }
  const atom = (): Vector | number => {
    const token = take()
    if (token === '(') {
      const inner = either()
      take(')')
      return inner
    }
    if (/^[\d.]/.test(token)) return Number(token)
    switch (token) {
      case 'abs':
        return called(either).map(({ labels, value }) => ({ labels, value: Math.abs(value) }))
      case 'increase':
        return called(() => ranged(1))
      case 'rate':
        return called(() => ranged(seconds))
      case 'sum':
        return sum()
      case 'histogram_quantile':
        return quantile()
      default:
        return selected(token, second)
    }
  }
  const called = <T>(inner: () => T): T => {
    take('(')
    const value = inner()
    take(')')
    return value
  }
  const matcher = (): ((sample: Sample) => boolean) => {
    if (!peek()?.startsWith('{')) return () => true
    const wanted = [...take().matchAll(/(\w+)(=~|=)"([^"]*)"/g)]
    return ({ labels }) =>
      wanted.every(([, name = '', operator, text = '']) =>
        operator === '='
          ? labels.get(name) === text
          : new RegExp(`^(?:${text})$`).test(labels.get(name) ?? ''),
      )
  }
  const selected = (name: string, from: ReadonlyMap<string, Vector>) => {
    const matches = matcher()
    return (from.get(name) ?? []).filter(matches)
  }
  const ranged = (over: number): Vector => {
    const name = take()
    const matches = matcher()
    if (!peek()?.startsWith('[')) throw new Error('wanted a range')
    take()
    const key = ({ labels }: Sample) => JSON.stringify([...labels].sort())
    const old = new Map((first.get(name) ?? []).map((sample) => [key(sample), sample.value]))
    return (second.get(name) ?? []).filter(matches).map((sample) => ({
      labels: sample.labels,
      value: (sample.value - (old.get(key(sample)) ?? 0)) / over,
    }))
  }
  const sum = (): Vector => {
    let by: string | null = null
    if (peek() === 'by') {
      take()
      by = called(() => take())
    }
    const totals = new Map<string, number>()
    for (const { labels, value } of called(either)) {
      const group = by === null ? '' : (labels.get(by) ?? '')
      totals.set(group, (totals.get(group) ?? 0) + value)
    }
    return [...totals].map(([group, value]) => ({ labels: new Map(by === null ? [] : [[by, group]]), value }))
  }
  const quantile = (): Vector =>
    called(() => {
      const share = Number(take())
      take(',')
      const buckets = either()
        .map(({ labels, value }) => ({ bound: Number(labels.get('le')?.replace('+Inf', 'Infinity')), value }))
        .sort((a, b) => a.bound - b.bound)
      const all = buckets.at(-1)?.value ?? 0
      if (all === 0) return []
      const found = buckets.find(({ value }) => value >= share * all)
      // The upper bound of the bucket: Prometheus interpolates within it.
      const value = Number.isFinite(found?.bound) ? found!.bound : (buckets.at(-2)?.bound ?? 0)
      return [{ labels: new Map(), value }]
    })

  const result = either()
  if (at !== tokens.length) throw new Error(`cannot read ${expression} from ${tokens.slice(at).join(' ')}`)
  return result
}
