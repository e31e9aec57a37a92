export function Compare() { return <main class="sheet" tabIndex={-1} />; }
