namespace OrleansRegistry.Benchmarks;

/// <summary>One line of the table: a figure beside its reference in the same run, and what it should reach.</summary>
internal sealed record Row(string What, string Figure, string Reference, double Ratio, string Reach, bool Reached)
{
    public const string Header = "| what | here | reference in the same run | ratio | reach | reached |\n|---|---|---|---|---|---|";

    public override string ToString() => $"| {What} | {Figure} | {Reference} | {Ratio:0.00} | {Reach} | {(Reached ? "yes" : "NO")} |";

    public static string PerSecond(double rate) => $"{rate:N0} /s";
}
