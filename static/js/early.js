/* Before the page is drawn: scripts run here, so conditional items may be hidden. */
document.documentElement.classList.add("js");
