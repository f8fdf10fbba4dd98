"use strict";
(() => {
  const COLOURS = ["--one", "--two", "--three", "--four", "--five"];
  const language = document.documentElement.lang || "ru";
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const rate = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const charts = new Map();

  const css = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

  function datasets(canvas, data) {
    return data.series.map((series, index) => {
      const colour = css(canvas, COLOURS[index % COLOURS.length]);
      return {
        label: series.name, data: series.values, borderColor: colour,
        backgroundColor: colour, borderWidth: data.shape === "line" ? 2 : 0, borderRadius: 3, maxBarThickness: 36,
        pointRadius: series.values.length > 40 ? 0 : 2.5, pointHitRadius: 12, cubicInterpolationMode: "monotone",
      };
    });
  }

  function options(canvas, data) {
    const isLying = data.shape === "lying", isStacked = data.shape === "stacked";
    const ink = css(canvas, "--ink"), line = css(canvas, "--line");
    const format = ["rate", "change"].includes(data.series[0]?.kind) ? rate : whole;
    const counts = { beginAtZero: true, stacked: isStacked, grid: { color: line }, ticks: { color: ink, precision: 0, callback: (value) => format.format(value) } };
    const names = { stacked: isStacked, grid: { display: false }, ticks: { color: ink, maxRotation: 0, autoSkip: !isLying, autoSkipPadding: 12 } };
    return {
      indexAxis: isLying ? "y" : "x", responsive: true, maintainAspectRatio: false, animation: false,
      interaction: { mode: "index", intersect: false, axis: isLying ? "y" : "x" },
      scales: isLying ? { x: counts, y: names } : { x: names, y: counts },
      plugins: {
        legend: { display: data.series.length > 1, position: "bottom", labels: { color: ink, boxWidth: 12, boxHeight: 12 } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${data.series[item.datasetIndex].texts[item.dataIndex]}` } },
      },
      onHover: (event, _elements, chart) => { event.native.target.style.cursor = linkAt(chart, event, data) ? "pointer" : ""; },
      onClick: (event, _elements, chart) => { const link = linkAt(chart, event, data); if (link) location.assign(link); },
    };
  }

  function linkAt(chart, event, data) {
    const [nearest] = chart.getElementsAtEventForMode(event, "nearest", { intersect: false }, false);
    return nearest && data.series[nearest.datasetIndex].links[nearest.index];
  }

  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    charts.get(canvas)?.destroy();
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const type = data.shape === "line" ? "line" : "bar";
    charts.set(canvas, new Chart(canvas, { type, data: { labels: data.labels, datasets: datasets(canvas, data) }, options: options(canvas, data) }));
  }

  const drawAll = () => document.querySelectorAll("canvas[data-chart]").forEach(draw);

  // A list of a thousand names is searched by typing; without a script it is an ordinary one.
  function searchable(select) {
    const input = document.createElement("input"), list = document.createElement("datalist");
    const names = new Map([...select.options].map((option) => [option.text, option.value]));
    list.id = `${select.name}-names`;
    list.append(...[...names.keys()].map((name) => Object.assign(document.createElement("option"), { value: name })));
    Object.assign(input, { type: "search", value: select.value ? select.selectedOptions[0].text : "", placeholder: select.options[0].text, autocomplete: "off" });
    input.setAttribute("list", list.id);
    input.setAttribute("aria-label", select.dataset.search);
    const choose = () => {
      const wanted = input.value.trim().toLocaleLowerCase(language);
      const all = [...names.keys()];
      const found = all.find((name) => name.toLocaleLowerCase(language) === wanted) ?? all.find((name) => name.toLocaleLowerCase(language).includes(wanted));
      input.setCustomValidity(wanted && found === undefined ? select.dataset.unknown : "");
      if (wanted && found !== undefined) select.value = names.get(found);
      if (!wanted) select.value = "";
    };
    input.addEventListener("input", choose);
    select.hidden = true;
    select.after(input, list);
  }

  document.querySelectorAll("select[data-search]").forEach(searchable);
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
  // On a phone the menu is wider than the screen, and the page itself must stay where it is.
  const current = document.querySelector(".stats-menu [aria-current]"), menu = current?.closest(".stats-menu");
  if (menu) menu.scrollLeft += Math.max(0, current.getBoundingClientRect().right - menu.getBoundingClientRect().right);
  drawAll();
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["class"] });
  addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
})();
