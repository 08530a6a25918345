// Progress for people: a bar on a terminal, plain lines otherwise.
'use strict';

const WIDTH = 30;

/** What is worth a line of its own. */
function lineOf(event) {
  const seconds = (ms) => (ms / 1000).toFixed(1);
  switch (event.type) {
    case 'degraded':
      return `${event.artifact}: ${event.fallback} instead, ${event.cause.message}`;
    case 'retrying':
      return `${event.artifact}: ${event.code}, tried again in ${seconds(event.wait_ms)} s`;
    case 'note':
      return event.message;
    case 'artifact_ready': {
      const cost = event.cost_usd > 0 ? `, $${event.cost_usd.toFixed(2)}` : '';
      return `${event.artifact} made in ${seconds(event.elapsed_ms)} s${cost}`;
    }
    case 'run_finished':
      return `${event.status.toLowerCase()} after ${seconds(event.elapsed_ms)} s, $${event.cost_usd.toFixed(2)} spent`;
    default:
      return undefined;
  }
}

/** Draws a run's progress until it is over. */
exports.show = async function show(run, out) {
  const draw = out.isTTY ? bar(run.projectId, out) : lines(run.projectId, out);
  for await (const event of run) draw(event);
};

function lines(project, out) {
  let tenth = -1;
  return (event) => {
    if (event.progress !== undefined && Math.floor(event.progress / 10) > tenth) {
      tenth = Math.floor(event.progress / 10);
      out.write(`${project}: ${event.progress.toFixed(0)} %\n`);
    }
    const line = lineOf(event);
    if (line !== undefined) out.write(`${project}: ${line}\n`);
  };
}

function bar(project, out) {
  let progress = 0;
  let doing = '';
  const clear = '\r\x1b[K';
  return (event) => {
    progress = event.progress ?? progress;
    if (event.type === 'stage_started' || event.type === 'progress') doing = event.stage;
    const line = lineOf(event);
    if (line !== undefined) out.write(`${clear}${line}\n`);
    if (event.type === 'run_finished') return;
    const done = Math.round((progress / 100) * WIDTH);
    const drawn = `${'█'.repeat(done)}${'░'.repeat(WIDTH - done)}`;
    const text = `${project} ${drawn} ${progress.toFixed(0).padStart(3)} % ${doing}`;
    out.write(`${clear}${text.slice(0, (out.columns ?? 80) - 1)}`);
  };
}
