export type { Chapter } from "../cli/openChapter";
