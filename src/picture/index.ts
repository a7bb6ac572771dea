export { drawReach, type PictureFormat, pictureFormats } from './draw.ts'
export type { RoleView } from './graph.ts'
