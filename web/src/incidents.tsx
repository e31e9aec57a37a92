export function Incidents() { return <main class="sheet" tabIndex={-1} />; }
