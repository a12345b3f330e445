// The doctor as a library: the same examination as on the command line, and its report as an object.

export { type Diagnosis, type DiagnosisRow, diagnoses } from "./diagnoses.ts";
export { doctorVersion, examine } from "./examine.ts";
export {
  type CheckName,
  type CheckResult,
  type Culprit,
  type Finding,
  type Report,
  reportVersion,
  type ServerFacts,
  type Verdict,
} from "./report.ts";
export type { Product, Remedy, Setting } from "./settings.ts";
export type { ExamineOptions } from "./target.ts";
export { formatReport } from "./text-report.ts";
