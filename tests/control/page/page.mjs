// Gives the page's modules to their tests.
const folder = new URL("../../../src/control/page/", import.meta.url);

export const load = (name) => import(new URL(name, folder));
