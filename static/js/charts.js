// Draws every <figure data-chart="id of a JSON block"> with ECharts as SVG. The table beside it has the same numbers,
// so that nothing is lost where this does not run. Colours come from the tokens, and follow the theme.
(() => {
  "use strict";
  if (!window.echarts) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const rtl = document.documentElement.dir === "rtl";
  const language = document.documentElement.lang || "en";
  const figures = new Intl.NumberFormat(language);

  const tones = () => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      ink: of("--ink"), soft: of("--ink-soft"), line: of("--line"), paper: of("--raised"), on: of("--on-accent"), font: of("--type"),
      office: of("--hold"), oict: of("--accent"), late: of("--bad"),
    };
  };
  // The marks by which a bar is known without its colour.
  const marks = {
    office: { symbol: "rect", symbolSize: 1, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 },
    oict: { symbol: "none" },
    late: { symbol: "circle", symbolSize: 0.7, dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 0] },
  };

  const wrap = (text, width) => {
    const lines = [""];
    for (const word of text.split(" ")) {
      const last = lines[lines.length - 1];
      if (last && (last + " " + word).length > width) lines.push(word);
      else lines[lines.length - 1] = last ? last + " " + word : word;
    }
    return lines.join("\n");
  };

  const stackedBars = (data, tone) => ({
    animation: !still,
    animationDuration: 250,
    textStyle: { fontFamily: tone.font, color: tone.ink },
    aria: { enabled: true, label: { description: data.description }, decal: { show: true } },
    grid: { top: 40, bottom: 8, left: rtl ? 24 : 12, right: rtl ? 12 : 24, containLabel: true },
    legend: {
      top: 0, [rtl ? "right" : "left"]: 0, itemWidth: 16, itemHeight: 10, itemGap: 14, icon: "rect",
      textStyle: { color: tone.soft, fontSize: 12 }, align: rtl ? "right" : "left",
    },
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true,
      backgroundColor: tone.paper, borderColor: tone.line, textStyle: { color: tone.ink, fontSize: 12 },
      formatter: (points) => {
        const sum = points.reduce((total, point) => total + point.value, 0);
        return [`${points[0].name.replace("\n", " ")}: ${figures.format(sum)} ${data.total}`,
          ...points.map((point) => `${point.seriesName}: ${figures.format(point.value)}`)].join("\n");
      },
    },
    xAxis: {
      type: "value", inverse: rtl, minInterval: 1, axisLabel: { color: tone.soft, formatter: (value) => figures.format(value) },
      splitLine: { lineStyle: { color: tone.line } },
    },
    yAxis: {
      type: "category", inverse: true, position: rtl ? "right" : "left", data: data.categories.map((name) => wrap(name, 18)),
      axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink, fontSize: 12, lineHeight: 15 },
    },
    series: data.series.map((series) => ({
      name: series.name, type: "bar", stack: "all", barMaxWidth: 22, cursor: "pointer",
      data: series.values,
      itemStyle: {
        color: tone[series.tone], borderColor: tone.paper, borderWidth: 1,
        decal: { color: "rgba(255, 255, 255, .22)", ...marks[series.tone] },
      },
      emphasis: { focus: "series" },
      label: { show: true, color: tone.on, fontSize: 12, fontWeight: 700, formatter: (point) => (point.value ? figures.format(point.value) : ""),
        textBorderColor: tone[series.tone], textBorderWidth: 4 },
    })),
  });

  const draw = (figure) => {
    const block = document.getElementById(figure.dataset.chart);
    const area = figure.querySelector(".chart__area");
    if (!block || !area) return;
    const data = JSON.parse(block.textContent);
    figure.dataset.drawn = "";
    const chart = window.echarts.init(area, null, { renderer: "svg", locale: "EN" });
    const paint = () => chart.setOption(stackedBars(data, tones()), true);
    paint();
    chart.on("click", (point) => {
      const link = data.series[point.seriesIndex]?.links?.[point.dataIndex];
      if (link) window.location.assign(link);
    });
    new ResizeObserver(() => chart.resize()).observe(area);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    document.fonts?.ready.then(() => chart.resize());
  };

  document.querySelectorAll("figure[data-chart]").forEach(draw);
})();
