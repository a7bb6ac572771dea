import { byteLength, type ExportedValue, isExportedRecord, NumberText } from '../value/index.ts'

/**
 * About the bytes of a value's data as JSON, never more than four too many for each value; counting ends soon after `limit`.
 * Traces do not count, shared values count wherever they appear. Nothing is written to find out.
 */
export function exportedSize(value: ExportedValue, limit: number): number {
  return sizeOf(value, limit, new Map())
}

function sizeOf(value: ExportedValue, limit: number, known: Map<ExportedValue, number>): number {
  const { value: data = null } = value
  if (typeof data === 'string') return 4 + byteLength(data)
  // A provider may hand over a plain number for all that its types say.
  if (data === null || typeof data !== 'object') return 4 + (data === null ? 0 : String(data).length)
  if (data instanceof NumberText) return 4 + data.text.length
  const size = known.get(value)
  if (size !== undefined) return size
  let bytes = 4
  if (isExportedRecord(data)) {
    for (const key of Object.keys(data)) {
      if (bytes > limit) return bytes
      bytes += byteLength(key) + 4 + sizeOf(data[key]!, limit - bytes, known)
    }
  } else {
    for (const item of data) {
      if (bytes > limit) return bytes
      bytes += sizeOf(item, limit - bytes, known) + 1
    }
  }
  known.set(value, bytes)
  return bytes
}
