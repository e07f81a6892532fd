// The library that draws charts is 4.7 MB and takes a second to start. A page that shows none yet fetches it once it has been drawn and has nothing else
// to do, so that the reader's first chart does not wait for it. Streamlit then finds the module loaded under the same address.
function fetchChartLibrary(address) {
  const app = document.querySelector("[data-testid=stApp]")
  const drawn = document.querySelector("[data-testid=stElementContainer]")
  if (!drawn || app.dataset.testScriptState !== "notRunning") setTimeout(fetchChartLibrary, 500, address)
  else (window.requestIdleCallback ?? setTimeout)(() => import(address).catch(() => {}))
}
