using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansRegistry.Server.Tests;

public sealed class PlainConsoleTests
{
    [Fact]
    public void An_entry_of_a_traced_request_names_its_trace()
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddConsole().AddPlainConsole()).BuildServiceProvider();
        var formatter = services.GetServices<ConsoleFormatter>().Single(one => one.Name == PlainConsole.FormatterName);
        using var request = new Activity("request") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        Assert.Contains($"info: C[0] trace={request.TraceId} m", Write(), StringComparison.Ordinal);
        request.ActivityTraceFlags = ActivityTraceFlags.None;
        Assert.Contains("info: C[0] m", Write(), StringComparison.Ordinal);

        string Write()
        {
            var written = new StringWriter();
            formatter.Write(new LogEntry<string>(LogLevel.Information, "C", default, "m", null, (state, _) => state), null, written);
            return written.ToString();
        }
    }

    [Fact]
    public void An_entry_is_one_line_without_control_characters_whatever_is_in_it()
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddConsole().AddPlainConsole()).BuildServiceProvider();
        var formatter = services.GetServices<ConsoleFormatter>().Single(one => one.Name == PlainConsole.FormatterName);
        var fault = new InvalidOperationException("id a\nfail: Forged[0] b\r\u001b[31m");
        var written = new StringWriter();
        formatter.Write(
            new LogEntry<string>(
                LogLevel.Warning,
                "Some.Category",
                new EventId(7),
                "path /a\nb\u2028c\u202ed\u0085",
                fault,
                (state, _) => state), null, written);

        var line = written.ToString();
        Assert.EndsWith(Environment.NewLine, line);
        Assert.Contains("Z warn: Some.Category[7] path /a\\nb\\u2028c\\u202ed\\u0085", line);
        Assert.Contains("id a\\nfail: Forged[0] b\\r\\u001b[31m", line);
        Assert.DoesNotContain(line[..^Environment.NewLine.Length], char.IsControl);
    }
}
