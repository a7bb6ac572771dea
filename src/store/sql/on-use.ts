/** An object that is made when a member of it is first asked for. */
export function onUse<T extends object>(make: () => T): T {
  let made: T | null = null
  const handler: ProxyHandler<T> = {
    get(_, name) {
      made ??= make()
      const member: unknown = Reflect.get(made, name)
      // Private members of a class are known to the object itself only.
      return typeof member === 'function' ? member.bind(made) : member
    },
  }
  return new Proxy({} as T, handler)
}
