// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How the page looks: light or dark as the browser is, on paper light, without anything from elsewhere.
let pageStyle = """
  :root { color-scheme: light dark; --ground: #fff; --panel: #f6f7f8; --line: #dfe3e6; --text: #16191d; --soft: #5b6570;
    --different: #d1500b; --null: #8a5cc8; --near: #d9a916; --source: #1f6fb8; --compare: #12907a; --equal: #2c8a4b; }
  @media (prefers-color-scheme: dark) { :root { --ground: #14171a; --panel: #1d2125; --line: #343b42; --text: #e8ebee; --soft: #9aa5b0;
    --different: #f08a4b; --null: #b794ee; --near: #e5c34e; --source: #6db1f2; --compare: #4cc7b0; --equal: #62c283; } }
  * { box-sizing: border-box; }
  body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 3rem; background: var(--ground); color: var(--text);
    font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
  h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
  h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
  h3 { font-size: .95rem; margin: 0; }
  p { margin: .3rem 0; max-width: 60rem; }
  .soft, figcaption, th, dt, .axis { color: var(--soft); }
  .different { color: var(--different); } .equal { color: var(--equal); } .source { color: var(--source); } .compare { color: var(--compare); }
  dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1.2rem 0; }
  dl div { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
  dt { font-size: .82rem; } dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
  dd small { display: block; font-size: .82rem; font-weight: 400; color: var(--soft); }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); }
  th { font-weight: 500; vertical-align: bottom; }
  td { overflow-wrap: anywhere; min-width: 4.5rem; }
  .number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
  .bar { width: 24%; min-width: 8rem; } .bar svg { display: block; width: 100%; height: .8rem; margin-top: .3rem; background: var(--panel); }
  svg .different { fill: var(--different); } svg .null { fill: var(--null); } svg .near { fill: var(--near); }
  svg .source { fill: var(--source); } svg .compare { fill: var(--compare); }
  .key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .85rem; color: var(--soft); margin: .4rem 0; }
  .key span::before { content: ""; display: inline-block; width: .75em; height: .75em; margin-right: .4em; background: currentColor; }
  .key b { font-weight: 400; color: var(--soft); }
  .key .null { color: var(--null); } .key .near { color: var(--near); }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1.2rem; }
  figure { margin: 0; break-inside: avoid; background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .8rem; }
  figure svg { display: block; width: 100%; height: 7.5rem; border-bottom: 1px solid var(--soft); }
  figure.long svg { height: 11rem; }
  figcaption { font-size: .82rem; } figure .most { font-size: .75rem; color: var(--soft); border-bottom: 1px dotted var(--line); }
  .axis { display: flex; justify-content: space-between; gap: .6rem; font-size: .75rem; font-variant-numeric: tabular-nums; }
  td.name { min-width: 9rem; } td.short { white-space: nowrap; overflow-wrap: normal; min-width: 0; } td.values, th.values { padding-left: .8rem; } .values span { display: inline-block; margin-right: 1rem; } .values b { font-weight: 500; color: var(--soft); }
  bdi { white-space: pre-wrap; }
  del { color: var(--source); text-decoration: none; } ins { color: var(--different); text-decoration: none; font-weight: 600; }
  i { color: var(--soft); }
  footer { margin-top: 2.5rem; font-size: .82rem; color: var(--soft); }
  @media screen and (max-width: 45rem) { .wide table { min-width: 44rem; } }
  @media print { :root { color-scheme: light; --ground: #fff; --panel: #fff; --line: #ccc; --text: #000; --soft: #444;
      --different: #b84300; --null: #7646b8; --near: #b98c00; --source: #1a5c9c; --compare: #0b7461; --equal: #1f7039; }
    @page { margin: 14mm; } body { padding: 0 1px; max-width: none; font-size: 10pt; }
    dl { grid-template-columns: repeat(6, 1fr); gap: .4rem; } dl div { padding: .3rem .5rem; } dd { font-size: 12pt; } .wide { overflow: visible; } h2 { break-after: avoid; }
    tr { break-inside: avoid; } thead { display: table-header-group; } table { font-size: 8.5pt; } td { min-width: 0; } td.name { min-width: 6rem; }
    svg, .key span::before { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
  """
