const bareKey = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The path of an object's entry (language specification §2.3): `a.b`, `a["b-c"]`; an empty key adds nothing. */
export function joinKey(path: string, key: string): string {
  if (key === '') return path
  if (!bareKey.test(key)) return `${path}["${key.replaceAll('"', '\\"')}"]`
  return path === '' ? key : `${path}.${key}`
}

/** The path of an array's element: `a[0]`. */
export function indexPath(path: string, index: number): string {
  return `${path}[${index}]`
}
