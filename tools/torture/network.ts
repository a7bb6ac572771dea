// A network between two parts that can be cut, frozen, delayed, reset, and left half open.
import { connect, createServer, type Server, type Socket } from 'node:net'

interface Line {
  readonly near: Socket
  readonly far: Socket
}

/** Passes TCP connections on to a port of this machine, and does to them what networks do. */
export class Network {
  readonly #server: Server
  readonly #lines = new Set<Line>()
  /** Accepted, and never answered while the network is frozen. */
  readonly #held = new Set<Socket>()
  #target: number
  #state: 'open' | 'cut' | 'frozen' = 'open'
  #delayMilliseconds = 0

  constructor(target: number) {
    this.#target = target
    this.#server = createServer({ pauseOnConnect: true }, (near) => this.#take(near))
  }

  /** Listens on a free port and gives it. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as { port: number }).port
  }

  /** Leads what connects from now on elsewhere. */
  lead(target: number): void {
    this.#target = target
  }

  /** Resets what is connected; what connects goes through. */
  reset(): void {
    for (const { near, far } of this.#lines) {
      near.resetAndDestroy()
      far.destroy()
    }
    for (const near of this.#held) near.resetAndDestroy()
  }

  /** Resets what is connected and what tries to connect. */
  cut(): void {
    this.#state = 'cut'
    this.reset()
  }

  /** Passes nothing on and says nothing of it, as a network that drops every packet. */
  freeze(): void {
    this.#state = 'frozen'
    for (const { near, far } of this.#lines) {
      near.pause()
      far.pause()
    }
  }

  /** Loses the far ends of what is connected without a word to the near ones; what connects goes through. */
  halfOpen(): void {
    for (const line of this.#lines) {
      this.#lines.delete(line)
      line.near.unpipe()
      line.far.unpipe()
      line.far.removeAllListeners('close')
      line.far.destroy()
      line.near.resume()
      this.#held.add(line.near)
    }
  }

  /** Lets each piece of what comes back wait so long. */
  delay(milliseconds: number): void {
    this.#delayMilliseconds = milliseconds
  }

  /** Passes everything on again: what was frozen goes on where it was. */
  open(): void {
    const was = this.#state
    this.#state = 'open'
    if (was !== 'frozen') return
    for (const { near, far } of this.#lines) {
      near.resume()
      far.resume()
    }
    for (const near of this.#held) {
      this.#held.delete(near)
      this.#take(near)
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.cut()
    await closed
  }

  #take(near: Socket): void {
    near.on('error', () => near.destroy())
    if (this.#state === 'cut') {
      near.resetAndDestroy()
      return
    }
    if (this.#state === 'frozen') {
      this.#held.add(near)
      near.on('close', () => this.#held.delete(near))
      return
    }
    const far = connect(this.#target, '127.0.0.1')
    const line = { near, far }
    this.#lines.add(line)
    const end = () => {
      this.#lines.delete(line)
      near.destroy()
      far.destroy()
    }
    far.on('error', end)
    near.on('close', end)
    far.on('close', end)
    near.on('data', (chunk) => far.write(chunk))
    far.on('data', (chunk) => {
      if (this.#delayMilliseconds === 0) near.write(chunk)
      else setTimeout(() => near.writable && near.write(chunk), this.#delayMilliseconds)
    })
    near.resume()
  }
}
