using System.Globalization;
using System.Text;

namespace OrleansRegistry.Benchmarks;

/// <summary>Draws figures against the number of agents, both in powers of ten, as one SVG.</summary>
internal sealed class GrowthPlot(string title, string unit)
{
    private const int Width = 760;
    private const int Height = 420;
    private const int Left = 70;
    private const int Right = 230;
    private const int Top = 40;
    private const int Bottom = 50;

    private static readonly string[] Colors = ["#1b6ac9", "#c9531b", "#2c8a3d", "#8a2c7d", "#6b6b6b", "#b58b00"];

    private readonly OrderedDictionary<string, List<(double Agents, double Value)>> lines = [];

    public void Add(string line, double agents, double value)
    {
        if (!lines.TryGetValue(line, out var points))
        {
            lines.Add(line, points = []);
        }

        points.Add((agents, value));
    }

    public string Draw()
    {
        var all = lines.Values.SelectMany(points => points).ToArray();
        var (firstX, lastX) = Powers(all.Select(point => point.Agents));
        var (firstY, lastY) = Powers(all.Select(point => point.Value));
        double X(double agents) => Left + ((Math.Log10(agents) - firstX) / (lastX - firstX) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((Math.Log10(value) - firstY) / (lastY - firstY) * (Height - Top - Bottom));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" ");
        svg.AppendLine("font-family=\"sans-serif\" font-size=\"12\">");
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        Text(svg, Left, 20, title);
        for (var power = firstX; power <= lastX; power++)
        {
            Line(svg, X(Math.Pow(10, power)), Top, X(Math.Pow(10, power)), Height - Bottom, "#e0e0e0");
            Text(svg, X(Math.Pow(10, power)) - 20, Height - Bottom + 20, Math.Pow(10, power).ToString("N0", CultureInfo.InvariantCulture));
        }

        for (var power = firstY; power <= lastY; power++)
        {
            Line(svg, Left, Y(Math.Pow(10, power)), Width - Right, Y(Math.Pow(10, power)), "#e0e0e0");
            Text(svg, 5, Y(Math.Pow(10, power)) + 4, $"{Math.Pow(10, power).ToString("0.######", CultureInfo.InvariantCulture)} {unit}");
        }

        foreach (var (i, (name, points)) in lines.Index())
        {
            var color = Colors[i % Colors.Length];
            var path = string.Join(
                ' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Agents):0.#},{Y(point.Value):0.#}")));
            svg.AppendLine(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>");
            Line(svg, Width - Right + 15, Top + 10 + (i * 22), Width - Right + 35, Top + 10 + (i * 22), color);
            Text(svg, Width - Right + 42, Top + 14 + (i * 22), name);
        }

        Text(svg, Left, Height - 10, "agents");
        return svg.AppendLine("</svg>").ToString();
    }

    private static (int First, int Last) Powers(IEnumerable<double> values)
    {
        var powers = values.Select(Math.Log10).ToArray();
        var first = (int)Math.Floor(powers.Min());
        return (first, Math.Max(first + 1, (int)Math.Ceiling(powers.Max())));
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string color) => svg.AppendLine(
        CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{color}\"/>");

    private static void Text(StringBuilder svg, double x, double y, string text) =>
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\">{text}</text>");
}
