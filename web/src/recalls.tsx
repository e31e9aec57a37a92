export function Recalls() { return <main class="sheet" tabIndex={-1} />; }
