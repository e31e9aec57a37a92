export function People() { return <main class="sheet" tabIndex={-1} />; }
