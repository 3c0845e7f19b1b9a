// Asks a second parser whether each query of a file is SOQL: one JSON string a line, as tests/soql_log.py writes them.
// Usage: node check.cjs FILE FOLDER, where FOLDER has the parser in its node_modules.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const PARSER = '@jetstreamapp/soql-parser-js';
// What no parser may take: one that does tells nothing about the rest.
const BROKEN = ['SELECT Id, FROM Lead', "SELECT Id FROM Lead WHERE LastName = 'O'Hara'", 'SELECT Id FROM Lead WHERE'];

function main(file, folder) {
  const { isQueryValid } = createRequire(path.resolve(folder, 'package.json'))(PARSER);
  const taken = BROKEN.filter((each) => isQueryValid(each));
  if (taken.length) {
    console.error(`soql: the second parser takes what is no SOQL: ${taken.join(' | ')}`);
    return 1;
  }
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const queries = [...new Set(lines.map((line) => JSON.parse(line)))];
  const refused = queries.filter((each) => !isQueryValid(each));
  refused.forEach((each) => console.error(`soql: refused by the second parser: ${each}`));
  console.log(`soql: ${queries.length} different queries, ${refused.length} refused by ${PARSER}`);
  return refused.length || !queries.length ? 1 : 0;
}

process.exitCode = main(...process.argv.slice(2));
