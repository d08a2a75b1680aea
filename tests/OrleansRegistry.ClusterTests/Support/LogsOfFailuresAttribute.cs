using System.Reflection;
using OrleansRegistry.ClusterTests;
using Xunit.v3;

[assembly: LogsOfFailures]

namespace OrleansRegistry.ClusterTests;

/// <summary>What the replicas have logged is kept where a test fails; what they warned of is in the test's output.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class LogsOfFailuresAttribute : BeforeAfterTestAttribute
{
    private const int MostLines = 60;
    private const int MostOfLine = 500;

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        if (context.TestState?.Result != TestResult.Failed || Cluster.Running is not { } replicas)
        {
            return;
        }

        var folder = replicas.KeepLogs();
        context.TestOutputHelper?.WriteLine($"The replicas' logs are in {folder}; the last of what they warned of:");
        foreach (var log in System.IO.Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(log).Where(IsWarning).TakeLast(MostLines))
            {
                context.TestOutputHelper?.WriteLine($"{Path.GetFileNameWithoutExtension(log)}: {line[..Math.Min(line.Length, MostOfLine)]}");
            }
        }
    }

    private static bool IsWarning(string line) =>
        line.Contains("Z warn: ", StringComparison.Ordinal) || line.Contains("Z fail: ", StringComparison.Ordinal);
}
