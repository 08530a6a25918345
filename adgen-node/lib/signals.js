// Who hears of a signal.
//
// One listener of ours for each signal, however many calls were given it: Node takes more than ten for a leak.
'use strict';

const hearing = new WeakMap();

/** Calls `hear` when the signal is aborted; gives what ends that. */
exports.listen = function listen(signal, hear) {
  if (signal === undefined) return () => {};
  const one = { hear };
  const group = hearing.get(signal) ?? begin(signal);
  group.all.add(one);
  return () => {
    if (group.all.delete(one) && group.all.size === 0) end(signal, group);
  };
};

function begin(signal) {
  const group = { all: new Set() };
  group.told = () => {
    const all = [...group.all];
    group.all.clear();
    end(signal, group);
    for (const { hear } of all) hear();
  };
  hearing.set(signal, group);
  signal.addEventListener('abort', group.told);
  return group;
}

function end(signal, group) {
  hearing.delete(signal);
  signal.removeEventListener('abort', group.told);
}
