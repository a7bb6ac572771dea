export { runCli } from './run-cli.ts'
export type {
  Child,
  ChildEnd,
  Clock,
  FileStatus,
  FileSystem,
  Input,
  MaintenanceTask,
  ProgramOptions,
  Programs,
  Sink,
  TemporaryFiles,
  Terminal,
  World,
} from './world.ts'
