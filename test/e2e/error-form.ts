/** Every error of the command line: what, cause, fix, and where to read on. */
export const ERROR_FORM = /^error CDB-E\d{4}: \S.*\ncause: \S.*\nfix: {3}\S.*\ndocs: {2}\S/ms;
