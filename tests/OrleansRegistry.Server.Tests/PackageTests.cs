using System.Diagnostics;

namespace OrleansRegistry.Server.Tests;

/// <summary>
/// Somebody else's host gets along with the packages alone, and with what README shows. The packages are packed from what the tests were built with,
/// and lie in a folder of the test; all other packages come from where this repository's were restored to, so no network is needed.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <NuGetAudit>false</NuGetAudit>
            <UseSharedCompilation>false</UseSharedCompilation>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="OrleansRegistry" Version="VERSION" />
            <PackageReference Include="OrleansRegistry.Rest" Version="VERSION" />
          </ItemGroup>
        </Project>
        """;

    private const string Usings = """
        using OrleansRegistry.Hosting;
        using OrleansRegistry;
        using OrleansRegistry.Rest;

        """;

    private const string Ending = """

        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var card = await http.GetStringAsync("/agents/weather/card");
        Console.WriteLine($"over HTTP: {card} {await http.GetStringAsync($"/tasks/{asked.Task.Id}/artifacts")}");
        Console.WriteLine($"{weather!.Id} {sky.Agents.Count}");
        await app.StopAsync();
        """;

    /// <summary>What `dotnet test` tells its own MSBuild would mislead another.</summary>
    private static readonly string[] NotInherited = ["MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH", "NUGET_PACKAGES"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-packages-").FullName;

    [Fact]
    public async Task A_host_of_its_own_builds_and_runs_on_the_packages()
    {
        var (root, configuration) = Build();
        var feed = Path.Combine(folder, "feed");
        await RunAsync(root, "pack", "--no-build", "-c", configuration, "-o", feed, "-nologo", "-clp:ErrorsOnly");

        const string Id = "OrleansRegistry.Rest.";
        var version = Path.GetFileNameWithoutExtension(Assert.Single(System.IO.Directory.GetFiles(feed, Id + "*.nupkg")))[Id.Length..];
        Assert.Single(System.IO.Directory.GetFiles(feed, Id + "*.snupkg"));
        var example = Example(await File.ReadAllTextAsync(Path.Combine(root, "README.md")));
        await WriteHostAsync(Usings + example + Ending, feed, version, await CacheAsync(root));
        await RunAsync(folder, "build", "-nologo", "-clp:ErrorsOnly", "-o", Path.Combine(folder, "out"));
        var output = await RunAsync(folder, Path.Combine(folder, "out", "host.dll"), "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None");
        Assert.StartsWith("Completed\n", output, StringComparison.Ordinal);
        Assert.Contains("""over HTTP: {"name":"weather","tags":["sky"]} {"artifacts":[{"artifactId":"a1",""", output, StringComparison.Ordinal);
        Assert.Contains("weather 1", output, StringComparison.Ordinal);
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    /// <summary>The checkout that this was built in, and how.</summary>
    private static (string Root, string Configuration) Build()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "OrleansRegistry.slnx")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "The packages are not tested: the tests do not run in a checkout of the repository.");
        Assert.SkipUnless(HasSdk(), "The packages are not tested: there is no .NET SDK on this machine.");
        return (root!.FullName, new DirectoryInfo(AppContext.BaseDirectory).Name);
    }

    /// <summary>The lines of C# in README that make a host.</summary>
    private static string Example(string readme)
    {
        const string Begin = "```csharp\n";
        var host = readme.IndexOf("AddOrleansRegistry", StringComparison.Ordinal);
        var start = readme.LastIndexOf(Begin, host, StringComparison.Ordinal) + Begin.Length;
        return readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static bool HasSdk()
    {
        try
        {
            using var list = Process.Start(
                new ProcessStartInfo("dotnet", ["--list-sdks"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            return list.StandardOutput.ReadToEnd().Trim().Length > 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Where packages that were restored once lie.</summary>
    private static async Task<string> CacheAsync(string root)
    {
        var answer = await RunAsync(root, "nuget", "locals", "global-packages", "--list");
        return answer[(answer.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private async Task WriteHostAsync(string program, string feed, string version, string cache)
    {
        await WriteAsync("host.csproj", Project.Replace("VERSION", version, StringComparison.Ordinal));
        await WriteAsync("Program.cs", program);

        // The packages of the test go into its own folder: in the cache of all, the next run would find them in the place of its own.
        await WriteAsync("nuget.config", $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="{Path.Combine(folder, "packages")}" />
              </config>
              <fallbackPackageFolders>
                <add key="cache" value="{cache}" />
              </fallbackPackageFolders>
              <packageSources>
                <add key="feed" value="{feed}" />
              </packageSources>
            </configuration>
            """);
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(folder, name), text);

    private static async Task<string> RunAsync(string place, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = place,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in NotInherited)
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', words)} ended with {process.ExitCode}:\n{output}\n{await errors}");
            return output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
